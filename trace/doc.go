// Package trace follows one piece of work through everything that comes of it: the request, the turn that answers it, its
// steps and calls, the deliveries of its events. Spans go to a collector by OTLP; every line of the log says which request
// and which trace it belongs to. A nil Tracer is one that is off, and costs nothing but a look at a pointer.
//
//	ctx, span := tracer.Start(tracer.Under(ctx, row.Traceparent), "turn", trace.Consumer)
//	defer span.End()
//	logger.WarnContext(ctx, "…") // carries trace_id and span_id
//
// Spans hold ids, numbers and words of our own. Texts of customers, arguments, answers, URLs and keys never go into one.
package trace
