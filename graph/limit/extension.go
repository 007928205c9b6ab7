package limit

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Code is the error code of a refused document. A document refused for a
// fragment that spreads itself carries the code of a validation error instead,
// because no limit would let it pass.
const Code = "DOCUMENT_LIMIT_EXCEEDED"

// init tells gqlgen that the request is at fault and nothing was executed,
// which decides about the HTTP status and the WebSocket message. Its table is
// not guarded, so it can be written only before the first server exists.
func init() {
	errcode.RegisterErrorType(Code, errcode.KindProtocol)
}

// remembered is how many documents an [Extension] recognises. Each costs the 32
// bytes of its hash whatever its length, so the number bounds the memory too.
const remembered = 1_000

// Extension checks every document a gqlgen server receives, over whichever
// transport, before it is parsed.
//
// It remembers the hashes of documents that passed, so that the few documents
// an application is made of are hashed but not parsed a second time. When there
// are too many it forgets them all and starts again: nothing has to be kept in
// order, and somebody who sends ever new documents to push out those of others
// makes them pay for one more check each, far less than for their validation.
// Refused documents are not remembered, since refusing is cheap.
//
// An Extension is safe for concurrent use and must not be copied.
type Extension struct {
	limits Limits

	mu     sync.RWMutex
	passed map[[sha256.Size]byte]struct{} // protected by mu
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = (*Extension)(nil)

// NewExtension returns an extension that applies limits; their zero fields
// mean the defaults.
func NewExtension(limits Limits) *Extension {
	return &Extension{limits: limits.withDefaults(), passed: map[[sha256.Size]byte]struct{}{}}
}

// ExtensionName returns the name by which gqlgen knows the extension.
func (*Extension) ExtensionName() string { return "DocumentLimit" }

// Validate reports limits that make no sense; gqlgen calls it when the
// extension is added to a server and panics with what it returns.
func (e *Extension) Validate(graphql.ExecutableSchema) error { return e.limits.validate() }

// MutateOperationParameters changes nothing. It returns an error if the
// document breaks a limit, with the code [Code] and, beside it, the rule, its
// limit and what was found.
func (e *Extension) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	err := e.check(params.Query)
	if err == nil {
		return nil
	}
	answer := &gqlerror.Error{Err: err, Message: err.Error(), Extensions: map[string]any{"code": Code}}
	var broken *Error
	if errors.As(err, &broken) {
		if broken.Rule == RuleFragmentCycle {
			errcode.Set(answer, errcode.ValidationFailed)
			return answer
		}
		answer.Extensions["rule"] = string(broken.Rule)
		answer.Extensions["limit"] = broken.Limit
		answer.Extensions["found"] = broken.Got
	}
	return answer
}

// check is [Limits.Check] unless the document is known to pass. One that is too
// long is not even hashed.
func (e *Extension) check(document string) error {
	if len(document) > e.limits.Document {
		return e.limits.Check(document)
	}
	hash := sha256.Sum256([]byte(document))
	e.mu.RLock()
	_, known := e.passed[hash]
	e.mu.RUnlock()
	if known {
		return nil
	}
	if err := e.limits.Check(document); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.passed) >= remembered {
		clear(e.passed)
	}
	e.passed[hash] = struct{}{}
	return nil
}
