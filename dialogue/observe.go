package dialogue

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"parley/dialogue/model"
	"parley/ent"
	"parley/ent/call"
	"parley/trace"
)

// What the engine tells those who run the server: spans, lines of the log and figures. Nothing here holds what customers,
// models or functions have said.

// traceTurn begins the span of a worker's part of a turn, below the request that asked for the turn. What is written to the
// log with the context names the turn.
func (s *Service) traceTurn(ctx context.Context, c claim) (context.Context, *trace.Span) {
	ctx = trace.With(ctx, slog.String("workspace", c.workspace), slog.String("thread", c.threadID), slog.String("turn", c.id))
	ctx, span := s.o.Tracer.Start(s.o.Tracer.Under(ctx, c.parent), "turn", trace.Consumer)
	span.Set("parley.workspace.id", c.workspace)
	span.Set("parley.agent.id", c.agentID)
	span.Set("parley.thread.id", c.threadID)
	span.Set("parley.turn.id", c.id)
	return ctx, span
}

// told tells how a worker's part of a turn went.
func (r *run) told(ctx context.Context, span *trace.Span, err error) {
	switch {
	case errors.Is(err, errLost):
		span.Set("parley.turn.lost", "true")
	case err != nil && ctx.Err() == nil:
		span.Fail("the worker failed")
	case r.why != "":
		took := time.Since(r.began)
		r.s.metrics.turnSeconds.WithLabelValues(r.why.String()).Observe(took.Seconds())
		span.Set("parley.turn.reason", r.why.String())
		r.s.o.Logger.DebugContext(ctx, "dialogue: a turn has ended", "reason", r.why, "ms", took.Milliseconds())
	}
}

// toldStep tells of a step that was stored.
func (r *run) toldStep(span *trace.Span, st *reply) {
	label := st.provider
	if st.credentialID != "" {
		label = ownProviderLabel
	}
	r.s.metrics.steps.WithLabelValues(label).Inc()
	if !span.Sampled() {
		return
	}
	span.Set("parley.step.id", st.row.ID)
	span.Set("gen_ai.response.model", st.model())
	span.Set("parley.step.finish", st.end.Reason)
	span.Int("parley.step.calls", int64(len(st.calls)))
}

// inquiry is one request to a model.
type inquiry struct {
	s     *Service
	src   source
	span  *trace.Span
	began time.Time
	first bool // whether it has said anything
}

func (s *Service) traceModel(ctx context.Context, src source) *inquiry {
	_, span := s.o.Tracer.Start(ctx, "model", trace.Client)
	span.Set("gen_ai.operation.name", "chat")
	span.Set("gen_ai.provider.name", src.name)
	span.Set("gen_ai.request.model", src.model)
	return &inquiry{s: s, src: src, span: span, began: time.Now()}
}

// heard takes note that the model has written something.
func (a *inquiry) heard() {
	if !a.first {
		a.first = true
		a.s.metrics.firstSeconds.WithLabelValues(a.src.label()).Observe(time.Since(a.began).Seconds())
	}
}

// answered tells how the request went. Ctx has ended where nobody wants the answer any more.
func (a *inquiry) answered(ctx context.Context, got answer, failure *model.Error) {
	took, outcome, use := time.Since(a.began), "ok", got.end.Usage
	switch {
	case failure != nil && ctx.Err() != nil:
		outcome, use = "cancelled", failure.Usage
	case failure != nil:
		outcome, use = string(failure.Kind), failure.Usage
		a.span.Fail(outcome)
	case got.end.Reason == model.Cut:
		outcome = string(model.KindCut)
	}
	a.s.metrics.asked(a.src, took, outcome, use)
	if a.span.Sampled() {
		a.span.Set("parley.model.outcome", outcome)
		a.span.Int("gen_ai.usage.input_tokens", use.Input)
		a.span.Int("gen_ai.usage.output_tokens", use.Output)
	}
	a.span.End()
	a.s.o.Logger.DebugContext(ctx, "dialogue: a model was asked", "model", a.src.String(), "outcome", outcome, "ms", took.Milliseconds())
}

// traceCall begins the span of a call, below the one of its turn.
func (s *Service) traceCall(ctx context.Context, c *ent.Call) (context.Context, *trace.Span) {
	ctx, span := s.o.Tracer.Start(trace.With(ctx, slog.String("call", c.ID)), "call", trace.Client)
	span.Set("parley.call.id", c.ID)
	span.Set("parley.function.name", c.Name)
	return ctx, span
}

// toldCall tells how a call of an HTTP function went. Of its address only the host is told.
func (r *run) toldCall(ctx context.Context, span *trace.Span, f *ent.Function, o outcome, took time.Duration) {
	r.s.metrics.callSeconds.WithLabelValues(o.state.String()).Observe(took.Seconds())
	if span.Sampled() {
		span.Set("http.request.method", f.Method)
		span.Set("server.address", hostOf(f.URL))
		span.Set("parley.call.state", o.state.String())
		if o.status != 0 {
			span.Int("http.response.status_code", int64(o.status))
		}
	}
	if o.state != call.StateANSWERED {
		span.Fail(o.state.String())
	}
	r.s.o.Logger.DebugContext(ctx, "dialogue: a function was called", "state", o.state, "status", o.status, "ms", took.Milliseconds())
}

// traceReminder begins the trace of a reminder that is due: nobody has asked for what comes of it.
func (s *Service) traceReminder(ctx context.Context, d dueReminder) (context.Context, *trace.Span) {
	ctx = trace.With(ctx, slog.String("workspace", d.workspace), slog.String("thread", d.threadID), slog.String("reminder", d.id))
	ctx, span := s.o.Tracer.Start(ctx, "reminder", trace.Internal)
	span.Set("parley.workspace.id", d.workspace)
	span.Set("parley.thread.id", d.threadID)
	span.Set("parley.reminder.id", d.id)
	return ctx, span
}
