package graph

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"parley/ent"
	"parley/ent/apikey"
	"parley/ent/ms"
	"parley/ent/thread"
	"parley/ent/viewer"
	"parley/graph/gql"
	"parley/invalid"
)

const (
	exportsPath = "/exports/"
	// exportPurpose separates links from everything else that is sealed.
	exportPurpose = "export link 1"
	exportFor     = 5 * time.Minute
	// maxExportToken bounds a link: proxies refuse addresses of more than about 8 KB.
	maxExportToken = 6 << 10
)

var (
	errNoExport    = errors.New("there is no such file: ask for a link with `exportThread`, `exportThreads`, `exportCustomer` or `exportStats`")
	errExportEnded = errors.New("the link, or the key that made it, has ended: ask for a new one")
	errDownloads   = errors.New("too many files are being downloaded: try again when one of them has ended")
)

// exportLink is what a link holds: everything that the file is made from. Who has the link needs no key, so it is
// authenticated; and encrypted, because addresses end up in logs and a filter may hold what a customer said.
type exportLink struct {
	Workspace string  `json:"w"`
	Key       string  `json:"k"` // API key that made it; the file holds what this key may read
	Expires   ms.Time `json:"e"`

	Thread string                 `json:"t,omitempty"` // empty for a list of threads
	Format gql.ThreadExportFormat `json:"f,omitempty"`
	Where  json.RawMessage        `json:"q,omitempty"` // arguments of `exportThreads` as they were sent
	Order  json.RawMessage        `json:"o,omitempty"`
	Stats  *statsRange            `json:"s,omitempty"` // arguments of `exportStats`

	Customer string `json:"c,omitempty"` // of `exportCustomer`
}

// file is the name and media type of the file behind the link.
func (l exportLink) file() (name, mediaType string) {
	made := l.Expires.Add(-exportFor).Time().Format("20060102-150405")
	switch {
	case l.Stats != nil:
		return "stats-" + made + ".csv", "text/csv; charset=utf-8; header=present"
	case l.Customer != "":
		return l.Customer + ".jsonl", "application/x-ndjson"
	case l.Thread == "":
		return "threads-" + made + ".csv", "text/csv; charset=utf-8; header=present"
	case l.Format == gql.ThreadExportFormatMarkdown:
		return l.Thread + ".md", "text/markdown; charset=utf-8"
	}
	return l.Thread + ".jsonl", "application/x-ndjson"
}

// linkToThread answers `exportThread`.
func (r *Resolver) linkToThread(ctx context.Context, threadID string, format gql.ThreadExportFormat) (*gql.Download, error) {
	t, err := r.client.Thread.Query().Where(thread.ID(threadID)).Select(thread.FieldID).Only(ctx)
	if err != nil {
		return nil, err
	}
	return r.linkTo(ctx, exportLink{Thread: t.ID, Format: format})
}

// linkToThreads answers `exportThreads`. The arguments travel as the client sent them, after they were read and checked
// as those of every field are.
func (r *Resolver) linkToThreads(ctx context.Context) (*gql.Download, error) {
	fc := graphql.GetFieldContext(ctx)
	sent := fc.Field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
	var l exportLink
	for name, to := range map[string]*json.RawMessage{"where": &l.Where, "orderBy": &l.Order} {
		if sent[name] == nil {
			continue
		}
		text, err := json.Marshal(sent[name])
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", name, err)
		}
		*to = text
	}
	return r.linkTo(ctx, l)
}

func (r *Resolver) linkTo(ctx context.Context, l exportLink) (*gql.Download, error) {
	v, _ := viewer.FromContext(ctx)
	l.Workspace, l.Key, l.Expires = v.Workspace, v.Key, ms.Now().Add(exportFor)
	text, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("encode a link: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(r.keys.Seal(text, "", exportPurpose))
	if len(token) > maxExportToken {
		return nil, invalid.One("where", "is too large for a link: it makes one of %d bytes; at most %d are allowed", len(token), maxExportToken)
	}
	name, mediaType := l.file()
	return &gql.Download{URL: exportsPath + token, ExpiresAt: l.Expires, FileName: name, ContentType: mediaType}, nil
}

// readLink reads what linkTo sealed. The error is errNoExport for anything else, and errExportEnded past its time.
func (r *Resolver) readLink(token string) (exportLink, error) {
	if len(token) > maxExportToken {
		return exportLink{}, errNoExport
	}
	box, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return exportLink{}, errNoExport
	}
	text, err := r.keys.Open(box, "", exportPurpose)
	if err != nil {
		return exportLink{}, errNoExport
	}
	var l exportLink
	if err := json.Unmarshal(text, &l); err != nil {
		return exportLink{}, errNoExport
	}
	if l.Expires < ms.Now() {
		return exportLink{}, errExportEnded
	}
	return l, nil
}

// exports serves the files behind links.
type exports struct {
	front    *front
	resolver *Resolver
	schema   graphql.ExecutableSchema
	slots    downloadSlots
}

// ServeHTTP implements http.Handler. Errors before the first byte have the form of GraphQL errors. Later ones cut the
// connection, so that no client takes a part for the whole.
func (e *exports) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		e.front.refuse(w, r, statusError{http.StatusMethodNotAllowed, "use GET or HEAD"})
		return
	}
	link, err := e.resolver.readLink(strings.TrimPrefix(r.URL.Path, exportsPath))
	if err != nil {
		e.front.refuse(w, r, err)
		return
	}
	ctx, v, err := e.admit(r.Context(), link)
	if err != nil {
		e.front.refuse(w, r, err)
		return
	}
	if !e.slots.take(link.Workspace) {
		header.Set("Retry-After", strconv.Itoa(int(downloadPause.Seconds())))
		e.front.refuse(w, r, errDownloads)
		return
	}
	defer e.slots.free(link.Workspace)
	d := &download{w: w, link: link, onlyHead: r.Method == http.MethodHead, stillValid: func() bool { return e.front.access.StillValid(ctx, v) }}
	err = e.write(ctx, d)
	if err == nil {
		err = d.close()
	}
	switch {
	case err == nil || errors.Is(err, errHeadOnly):
	case !d.begun:
		e.front.refuse(w, r, err)
	default:
		e.front.tell(ctx, err)
		panic(http.ErrAbortHandler)
	}
}

// within runs one read of a download, which must not take longer than a query may.
func within[T any](ctx context.Context, e *exports, read func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, e.front.timeout)
	defer cancel()
	found, err := read(ctx)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // whatever the database calls it
	}
	return found, err
}

// admit returns the context of the key that made a link, with the role that it has now.
func (e *exports) admit(ctx context.Context, l exportLink) (context.Context, viewer.Viewer, error) {
	key, err := within(viewer.WorkerContext(ctx, l.Workspace, "export"), e, func(ctx context.Context) (*ent.APIKey, error) {
		return e.resolver.client.APIKey.Query().Where(apikey.ID(l.Key), apikey.RevokedAtIsNil()).Only(ctx)
	})
	if ent.IsNotFound(err) {
		return nil, viewer.Viewer{}, errExportEnded
	}
	if err != nil {
		return nil, viewer.Viewer{}, err
	}
	v := viewer.Viewer{Workspace: l.Workspace, Role: viewer.Role(key.Role), Key: key.ID, Name: key.Name}
	return viewer.NewContext(ctx, v), v, nil
}

// write makes the file.
func (e *exports) write(ctx context.Context, d *download) error {
	switch {
	case d.link.Stats != nil:
		return e.writeStats(ctx, d)
	case d.link.Customer != "":
		return e.writeCustomer(ctx, d)
	case d.link.Thread != "":
		return e.writeThread(ctx, d)
	}
	where, order, err := e.arguments(ctx, d.link)
	if err != nil {
		return err
	}
	return e.writeThreads(ctx, d, where, order)
}

// arguments reads the arguments of `exportThreads` again, as GraphQL read them when the link was made.
func (e *exports) arguments(ctx context.Context, l exportLink) (*ent.ThreadWhereInput, *ent.ThreadOrder, error) {
	schema, ok := e.schema.(*executableSchema)
	if !ok {
		return nil, nil, fmt.Errorf("the schema is a %T", e.schema)
	}
	ec := newExecutionContext(nil, schema, nil)
	sent, err := decodeArgument(l.Where)
	if err != nil {
		return nil, nil, err
	}
	where, err := unmarshalInputThreadWhereInput(ctx, ec, sent)
	if err != nil {
		return nil, nil, err
	}
	completeFilter(reflect.ValueOf(&where))
	order := newestActivity
	if sent, err = decodeArgument(l.Order); err == nil && sent != nil {
		given, err := unmarshalInputThreadOrder(ctx, ec, sent)
		return &where, &given, err
	}
	return &where, order, err
}

// decodeArgument decodes an argument into what variables are; nil if it was not given.
func decodeArgument(text json.RawMessage) (value any, err error) {
	if text == nil {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return value, d.Decode(&value)
}
