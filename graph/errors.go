package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/access"
	"parley/delivery"
	"parley/dialogue"
	"parley/ent"
	"parley/ent/schema"
	"parley/eventlog"
	"parley/graph/socket"
	"parley/invalid"
	"parley/rate"
)

// Codes of errors, in `extensions.code`. docs/errors.md says what each means for a client.
const (
	CodeUnauthenticated = "UNAUTHENTICATED"
	CodeForbidden       = "FORBIDDEN"
	CodeNotFound        = "NOT_FOUND"
	CodeBadInput        = "BAD_INPUT"
	CodeBadRequest      = "BAD_REQUEST"
	CodeThreadBusy      = "THREAD_BUSY"
	CodeRateLimited     = "RATE_LIMITED"
	CodeConflict        = "CONFLICT"
	CodeIdempotency     = "IDEMPOTENCY_CONFLICT"
	CodeCursorExpired   = "CURSOR_EXPIRED"
	CodeTimeout         = "TIMEOUT"
	CodeUnavailable     = "UNAVAILABLE"
	CodeInternal        = "INTERNAL"
)

// statusCancelled is what proxies write into their logs when the client went away before the answer; nobody receives it.
const statusCancelled = 499

// public is an error as clients see it.
type public struct {
	code, text string
	status     int // for requests that never reach GraphQL
	retry      bool
	fields     []invalid.Field
	after      time.Duration // when it may help; 0 if nobody knows
	hidden     bool          // whether the cause belongs into the log
}

// vocabulary is the one table from our errors to codes. The first match counts.
var vocabulary = []struct {
	err error
	public
}{
	{access.ErrUnauthenticated, public{code: CodeUnauthenticated, status: http.StatusUnauthorized}},
	{errNoKey, public{code: CodeUnauthenticated, status: http.StatusUnauthorized}},
	{errBadInit, public{code: CodeUnauthenticated, status: http.StatusUnauthorized}},
	{errTicket, public{code: CodeForbidden, status: http.StatusForbidden}},
	{schema.ErrForbidden, public{code: CodeForbidden, status: http.StatusForbidden, text: "the key's role may not read this"}},
	{errForeignPage, public{code: CodeForbidden, status: http.StatusForbidden}},
	{access.ErrNotRenewable, public{code: CodeForbidden}},
	{dialogue.ErrNoChat, public{code: CodeNotFound}},
	{dialogue.ErrTooManySuggestions, public{code: CodeRateLimited, retry: true}},
	{dialogue.ErrTokensUsedUp, public{code: CodeConflict}},
	{dialogue.ErrNoSuggestion, public{code: CodeConflict}},
	{errNoExport, public{code: CodeNotFound, status: http.StatusNotFound}},
	{errExportEnded, public{code: CodeNotFound, status: http.StatusGone}},
	{socket.ErrOrigin, public{code: CodeForbidden, status: http.StatusForbidden}},
	{errManyStrangers, public{code: CodeRateLimited, status: http.StatusTooManyRequests, retry: true, after: time.Second}},
	{errManyOperations, public{code: CodeRateLimited, retry: true}},
	{errManyConnections, public{code: CodeRateLimited, status: http.StatusTooManyRequests, retry: true}},
	{socket.ErrSlow, public{code: CodeRateLimited, retry: true}},
	{errDownloads, public{code: CodeRateLimited, status: http.StatusTooManyRequests, retry: true}},
	{eventlog.ErrOnceConflict, public{code: CodeIdempotency}},
	{eventlog.ErrCursorExpired, public{code: CodeCursorExpired}},
	{dialogue.ErrThreadExists, public{code: CodeConflict}},
	{dialogue.ErrThreadClosed, public{code: CodeConflict}},
	{dialogue.ErrNotAwaiting, public{code: CodeConflict}},
	{dialogue.ErrTooManyReminders, public{code: CodeConflict}},
	{dialogue.ErrReminderEnded, public{code: CodeConflict}},
	{dialogue.ErrAgentDeleted, public{code: CodeConflict}},
	{dialogue.ErrNoOperator, public{code: CodeForbidden}},
	{delivery.ErrRunning, public{code: CodeConflict, retry: true}},
	{delivery.ErrDisabled, public{code: CodeConflict}},
	{delivery.ErrManyReplays, public{code: CodeConflict}},
	{dialogue.ErrTooManyDryRuns, public{code: CodeRateLimited, retry: true}},
	{dialogue.ErrThreadBusy, public{code: CodeThreadBusy, retry: true}},
	{errStopping, public{code: CodeUnavailable, status: http.StatusServiceUnavailable, retry: true}},
	{context.DeadlineExceeded, public{code: CodeTimeout, status: http.StatusServiceUnavailable, text: "the request took too long", retry: true}},
	{context.Canceled, public{code: CodeTimeout, status: statusCancelled, text: "the request was cancelled", retry: true}},
}

// translate finds the public form of an error.
func translate(err error) public {
	var bad *invalid.Error
	var status statusError
	var refused interface{ SQLState() string }
	var noModel *dialogue.NoModelError
	var role *roleError
	var limited *rate.Error
	switch {
	case errors.As(err, &limited): // without the place in the document that has been put before it
		return public{code: CodeRateLimited, text: limited.Error(), status: http.StatusTooManyRequests, retry: true, after: limited.Wait}
	case errors.As(err, &noModel):
		return public{code: CodeUnavailable, text: noModel.Error(), status: http.StatusServiceUnavailable, retry: true}
	case errors.As(err, &role):
		return public{code: CodeForbidden, text: role.Error(), status: http.StatusForbidden}
	case errors.As(err, &bad):
		return public{code: CodeBadInput, text: bad.Error(), status: http.StatusBadRequest, fields: bad.Fields}
	case errors.As(err, &status):
		return public{code: CodeBadRequest, text: status.text, status: status.status}
	case ent.IsNotFound(err):
		return public{code: CodeNotFound, text: "there is no such object in this workspace", status: http.StatusNotFound}
	}
	if errors.As(err, &refused) && strings.HasPrefix(refused.SQLState(), "22") { // Postgres: "data exception"
		return public{code: CodeBadInput, text: "a value is one that the database cannot hold", status: http.StatusBadRequest, hidden: true}
	}
	for _, known := range vocabulary {
		if errors.Is(err, known.err) {
			p := known.public
			if p.text == "" {
				p.text = known.err.Error()
			}
			return p
		}
	}
	return public{code: CodeInternal, text: "internal error", status: http.StatusInternalServerError, retry: true, hidden: true}
}

func (p public) extensions(ctx context.Context) map[string]any {
	e := map[string]any{"code": p.code, "requestId": requestID(ctx), "retryable": p.retry}
	if len(p.fields) > 0 {
		e["fields"] = p.fields
	}
	if p.after > 0 {
		e["retryAfterMs"] = max(1, p.after.Milliseconds())
	}
	return e
}

// gql is the error as a GraphQL error, at no place of the answer.
func (p public) gql(ctx context.Context) *gqlerror.Error {
	return &gqlerror.Error{Message: p.text, Extensions: p.extensions(ctx)}
}

// answer is the whole answer to a request that came to nothing.
func (p public) answer(ctx context.Context) map[string]any {
	return map[string]any{"errors": gqlerror.List{p.gql(ctx)}}
}

// tell is translate for somebody outside. Causes that nobody outside should read go to the log, with the request id that
// the client sees. What fails after ctx has ended fails because of that, whatever the database calls it.
func tell(ctx context.Context, logger *slog.Logger, err error, log ...any) public {
	p := translate(err)
	if p.code == CodeInternal && ctx.Err() != nil {
		return translate(ctx.Err())
	}
	if p.hidden {
		logger.ErrorContext(ctx, "request failed", append([]any{"error", err}, log...)...)
	}
	return p
}

// presenter gives every error its public form. After most errors of one answer it says no more.
func presenter(logger *slog.Logger, most int) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		if len(graphql.GetErrors(ctx)) >= most {
			return nil
		}
		var made *gqlerror.Error
		if errors.As(err, &made) && (made.Err == nil || made.Extensions["code"] != nil) { // by the parser, the validation or limit/
			if made.Extensions == nil {
				made.Extensions = map[string]any{}
			}
			if made.Extensions["code"] == nil {
				errcode.Set(made, CodeBadRequest)
			}
			if made.Extensions["retryable"] == nil {
				made.Extensions["retryable"] = false
			}
			made.Extensions["requestId"] = requestID(ctx)
			return made
		}
		p := tell(ctx, logger, misread(ctx, err), "path", graphql.GetPath(ctx).String())
		return &gqlerror.Error{Message: p.text, Path: graphql.GetPath(ctx), Extensions: p.extensions(ctx)}
	}
}

// recovered turns a panic in a resolver into an error for the presenter, with its stack in the log.
func recovered(logger *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, cause any) error {
		logger.ErrorContext(ctx, "resolver panicked", "panic", cause, "stack", string(debug.Stack()))
		return fmt.Errorf("%w: %v", errPanicked, cause)
	}
}
