package dialogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"

	"parley/ent"
	"parley/ent/function"
	"parley/eventlog"
	"parley/invalid"
	"parley/outbound"
)

// Bounds of functions: of texts in characters, of the schema of parameters and the template of a body in bytes.
const (
	MaxFunctionName = 64
	MaxParameters   = 64 << 10
	maxDescription  = 4000
	maxBody         = 64 << 10
	maxHeaders      = 50
	maxHeaderValue  = 4096
	minTimeoutMs    = 1000
	maxTimeoutMs    = 60_000
)

var (
	methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	// ownHeaders are set by the server or by HTTP itself.
	ownHeaders = []string{
		"Accept-Encoding", "Connection", "Content-Length", "Expect", "Host", "Idempotency-Key", "Keep-Alive",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade",
	}
	badInName = regexp.MustCompile(`[^a-zA-Z0-9_-]`)
	callable  = regexp.MustCompile(fmt.Sprintf(`^[a-zA-Z_][a-zA-Z0-9_-]{0,%d}$`, MaxFunctionName-1))
)

// checkFunction says everything that is wrong with a function as it is about to be stored. Headers are those of the
// input, before the names of the secret headers it had.
func (s *Service) checkFunction(ctx context.Context, tx *eventlog.Tx, f *ent.Function, headers *[]Header, before []string) error {
	var bad invalid.Error
	checkCallable(&bad, f.Name)
	bad.Text("description", f.Description, 0, maxDescription)
	properties, ok := checkParameters(&bad, f)
	switch f.Kind {
	case function.KindTAG:
		checkTagFunction(&bad, f)
	case function.KindHTTP:
		s.checkHTTPFunction(&bad, f)
		checkHeaders(&bad, headers, before)
		if ok {
			checkPlaceholders(&bad, "url", urlNames(f.URL), properties)
			checkPlaceholders(&bad, "body", textNames(f.Body), properties)
			for name, value := range f.Headers {
				checkPlaceholders(&bad, "headers."+name, textNames(value), properties)
			}
		}
	default:
		bad.Add("kind", "must be TAG or HTTP")
	}
	if err := nameTaken(ctx, tx, &bad, f); err != nil {
		return err
	}
	return bad.Err()
}

// checkCallable records a name that a model could not call, with the characters that are in the way.
func checkCallable(bad *invalid.Error, name string) {
	if callable.MatchString(name) {
		return
	}
	var offending []string
	for _, c := range badInName.FindAllString(name, -1) {
		if q := strconv.Quote(c); !slices.Contains(offending, q) {
			offending = append(offending, q)
		}
	}
	switch n := utf8.RuneCountInString(name); {
	case name == "":
		bad.Add("name", "is required")
	case len(offending) > 0:
		bad.Add("name", "must have letters a-z, digits, _ and - only; it has %s", strings.Join(offending, ", "))
	case n > 64:
		bad.Add("name", "has %d characters; at most 64 are allowed", n)
	default:
		bad.Add("name", "must begin with a letter or _, not with %q", name[:1])
	}
}

// checkParameters records a schema that is none, and otherwise returns the names of the parameters.
func checkParameters(bad *invalid.Error, f *ent.Function) (properties []string, ok bool) {
	if f.Parameters == "" {
		return nil, true
	}
	if !checkObject(bad, "parameters", f.Parameters, MaxParameters) {
		return nil, false
	}
	if _, err := compileSchema(f.Parameters); err != nil {
		bad.Add("parameters", "%v", err)
		return nil, false
	}
	var root struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := f.Parameters.Decode(&root); err != nil {
		bad.Add("parameters", "properties must be a JSON object")
		return nil, false
	}
	for name := range root.Properties {
		properties = append(properties, name)
	}
	return properties, true
}

func checkTagFunction(bad *invalid.Error, f *ent.Function) {
	checkTag(bad, "tag", f.Tag)
	for field, set := range map[string]bool{
		"url": f.URL != "", "method": f.Method != "", "body": f.Body != "", "answerPointer": f.AnswerPointer != "",
		"headers": len(f.Headers)+len(f.SecretHeaders) > 0, "needsApproval": f.NeedsApproval,
	} {
		bad.Check(!set, field, "is for functions of kind HTTP")
	}
}

// checkTag records a tag that cannot be one.
func checkTag(bad *invalid.Error, field, tag string) {
	bad.Text(field, tag, 1, maxTag)
	if tag != "" {
		bad.Check(tagName.MatchString(tag), field, "must have letters, digits and _ . : - only, and begin with a letter, a digit or _")
	}
}

func (s *Service) checkHTTPFunction(bad *invalid.Error, f *ent.Function) {
	bad.Check(f.Tag == "", "tag", "is for functions of kind TAG")
	bad.Check(slices.Contains(methods, f.Method), "method", "must be one of %s", strings.Join(methods, ", "))
	if f.URL == "" {
		bad.Add("url", "is required")
	} else if err := outbound.CheckTemplate(f.URL, s.guard); err != nil {
		var why *outbound.URLError
		if errors.As(err, &why) {
			bad.Add("url", "%s", why.Reason)
		} else {
			bad.Add("url", "%v", err)
		}
	}
	bad.Check(minTimeoutMs <= f.TimeoutMs && f.TimeoutMs <= maxTimeoutMs, "timeoutMs", "must be from %d to %d", minTimeoutMs, maxTimeoutMs)
	bad.Check(f.AnswerPointer == "" || f.AnswerPointer[0] == '/', "answerPointer", "must be empty or begin with /, such as /data/0/price")
	bad.Check(len(f.AnswerPointer) <= 1000, "answerPointer", "is longer than 1000 bytes")
	if _, err := bodyForm(f); err != nil && hasBody(f.Method) {
		bad.Add("headers", "%v", err)
	}
	switch {
	case f.Body == "":
	case len(f.Body) > maxBody:
		bad.Add("body", "has %d bytes; at most %d are allowed", len(f.Body), maxBody)
	case f.Method == http.MethodGet || f.Method == http.MethodDelete:
		bad.Add("body", "cannot be sent with %s", f.Method)
	default:
		if err := checkBodyTemplate(f); err != nil {
			bad.Add("body", "%v", err)
		}
	}
}

func checkHeaders(bad *invalid.Error, headers *[]Header, before []string) {
	if headers == nil {
		return
	}
	bad.Check(len(*headers) <= maxHeaders, "headers", "has %d entries; at most %d are allowed", len(*headers), maxHeaders)
	seen := map[string]bool{}
	for i, h := range *headers {
		field := "headers." + strconv.Itoa(i)
		name := http.CanonicalHeaderKey(h.Name)
		switch {
		case !httpguts.ValidHeaderFieldName(h.Name):
			bad.Add(field+".name", "%q is no name of an HTTP header", h.Name)
		case slices.Contains(ownHeaders, name), strings.HasPrefix(name, "Proxy-"):
			bad.Add(field+".name", "%s is set by the server", name)
		case seen[name]:
			bad.Add(field+".name", "%s is there twice", name)
		}
		seen[name] = true
		value := h.Value.Reveal()
		bad.Check(len(value) <= maxHeaderValue, field+".value", "has %d bytes; at most %d are allowed", len(value), maxHeaderValue)
		bad.Check(httpguts.ValidHeaderFieldValue(value), field+".value", "has characters that no header may have")
		if h.Secret && value == "" {
			bad.Check(slices.Contains(before, name), field+".value", "is required: no secret is stored for %s", name)
		}
	}
}

// checkLeaving refuses stored values of secret headers for a function that is to call another server than they were given for: whoever
// may write functions could have them sent to a server of his own, and read them there.
func checkLeaving(f *ent.Function, headers *[]Header) error {
	const why = "must be given again with an address on another server: what is stored is not sent there"
	var bad invalid.Error
	if headers == nil {
		bad.Check(len(f.SecretHeaders) == 0, "headers", "of those that are secret the values %s", why)
		return bad.Err()
	}
	for i, h := range *headers {
		bad.Check(!h.Secret || !h.Value.IsEmpty(), "headers."+strconv.Itoa(i)+".value", "%s", why)
	}
	return bad.Err()
}

// checkPlaceholders records names in a template that are neither parameters nor facts of the dialogue.
func checkPlaceholders(bad *invalid.Error, field string, names, properties []string) {
	for _, name := range names {
		if !slices.Contains(properties, name) && !isFact(name) {
			bad.Add(field, "names %q, which is neither a parameter nor one of %s", name, strings.ReplaceAll(strings.Join(facts, ", "), "., ", ".<field>, "))
		}
	}
}
