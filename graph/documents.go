package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/ent/viewer"
	"parley/graph/document"
)

// Codes of documents that are not executed.
const (
	// CodePersistedNotFound asks the client to send the document beside its hash.
	CodePersistedNotFound = "PERSISTED_QUERY_NOT_FOUND"
	CodeNotTrusted        = "DOCUMENT_NOT_TRUSTED"
)

func init() {
	for _, code := range []string{CodePersistedNotFound, CodeNotTrusted} {
		errcode.RegisterErrorType(code, errcode.KindProtocol)
	}
}

// persisted finds the document of a request that names it: by `documentId`, or by a hash as automatic persisted queries have
// it. What callers with a key send beside a hash is remembered. It stands before the check of the document.
type persisted struct {
	trusted *document.Set // nil where none is
	known   graphql.Cache[string]
	most    int // bytes of a document that is remembered
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = persisted{}

// ExtensionName implements graphql.HandlerExtension.
func (persisted) ExtensionName() string { return "PersistedQueries" }

// Validate implements graphql.HandlerExtension.
func (persisted) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator.
func (p persisted) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	id, hashed := nameOf(params)
	switch {
	case id == "" && !hashed:
		return nil
	case id == "" && params.Query != "":
		return nil // it names nothing that could be wrong
	case id == "":
		return badDocument(errcode.ValidationFailed, "`extensions.persistedQuery` must have `version` 1 and a `sha256Hash`")
	case params.Query == "":
		return p.find(ctx, id, params)
	case !hashed:
		return nil // a document speaks for itself
	}
	if sum := sha256.Sum256([]byte(params.Query)); hex.EncodeToString(sum[:]) != id {
		return badDocument(errcode.ValidationFailed, "`sha256Hash` is not the SHA-256 of `query`")
	}
	if _, known := viewer.FromContext(ctx); known && len(params.Query) <= p.most {
		p.known.Add(ctx, id, params.Query)
	}
	return nil
}

func (p persisted) find(ctx context.Context, id string, params *graphql.RawParams) *gqlerror.Error {
	known := false
	if p.trusted != nil {
		params.Query, known = p.trusted.Text(id)
	}
	if !known {
		if params.Query, known = p.known.Get(ctx, id); !known {
			return badDocument(CodePersistedNotFound, "PersistedQueryNotFound")
		}
	}
	return nil
}

// nameOf is the id or the hash by which a request names its document.
func nameOf(params *graphql.RawParams) (id string, hashed bool) {
	if id, ok := params.Extensions[documentIDKey].(string); ok {
		return id, false
	}
	named, ok := params.Extensions["persistedQuery"].(map[string]any)
	if !ok {
		return "", params.Extensions["persistedQuery"] != nil
	}
	hash, _ := named["sha256Hash"].(string)
	if v, ok := named["version"]; !ok || !isOne(v) {
		return "", true
	}
	return hash, true
}

// documentIDKey is where a request's `documentId` is kept beside its extensions. A client that writes this name says the same.
const documentIDKey = "\x00documentId"

func isOne(v any) bool {
	n, ok := v.(interface{ Int64() (int64, error) })
	if !ok {
		return false
	}
	i, err := n.Int64()
	return err == nil && i == 1
}

func badDocument(code, text string) *gqlerror.Error {
	err := gqlerror.Errorf("%s", text)
	errcode.Set(err, code)
	return err
}

// trustedOnly refuses documents that are not trusted. It stands behind the check of the document, which is small by then.
type trustedOnly struct {
	trusted *document.Set
	passed  *hashes
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = trustedOnly{}

// ExtensionName implements graphql.HandlerExtension.
func (trustedOnly) ExtensionName() string { return "TrustedDocuments" }

// Validate implements graphql.HandlerExtension.
func (trustedOnly) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator.
func (t trustedOnly) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	if t.passed.has(params.Query) {
		return nil
	}
	if !t.trusted.Has(params.Query) {
		return badDocument(CodeNotTrusted, "this server executes the documents of its own apps only, and this is none of them")
	}
	t.passed.remember(params.Query)
	return nil
}

// hashes remembers texts by their hashes, without keeping them. The zero value is ready.
type hashes struct {
	mu    sync.RWMutex
	known map[[sha256.Size]byte]struct{} // protected by mu
}

// maxHashes bounds what is remembered; then all is forgotten.
const maxHashes = 20_000

func (h *hashes) has(text string) bool {
	hash := sha256.Sum256([]byte(text))
	h.mu.RLock()
	defer h.mu.RUnlock()
	_, known := h.known[hash]
	return known
}

func (h *hashes) remember(text string) {
	if h.has(text) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known == nil || len(h.known) >= maxHashes {
		h.known = map[[sha256.Size]byte]struct{}{}
	}
	h.known[sha256.Sum256([]byte(text))] = struct{}{}
}
