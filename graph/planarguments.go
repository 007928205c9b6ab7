package graph

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"parley/ent"
	"parley/ent/id"
	"parley/ent/ms"
	"parley/ent/relay"
	"parley/graph/gql"
	"parley/graph/plan"
)

// planArguments reads the arguments of planned fields, as the generic path reads them. Whatever is wrong with them is an
// error, and told there.
type planArguments struct {
	*planned
	op *graphql.OperationContext
}

type argumentsReader func(ctx context.Context, ec *executionContext, given map[string]any) (map[string]any, error)

// read reads and checks the arguments of a field of a type.
func (a planArguments) read(ctx context.Context, of string, f graphql.CollectedField, read argumentsReader) (map[string]any, error) {
	ec := newExecutionContext(a.op, a.executableSchema, nil)
	args, err := read(ctx, ec, f.ArgumentMap(a.op.Variables))
	if err != nil {
		return nil, err
	}
	if len(f.Arguments) == 0 {
		return args, nil
	}
	return args, checkArguments(graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: of, Field: f, Args: args}))
}

// page is the page that a list is asked for.
func (a planArguments) page(ctx context.Context, l *plan.List) (p plan.Page, err error) {
	var args map[string]any
	at := place{}
	switch l.Of + "." + l.Field.Name {
	case "Query.threads":
		if args, err = a.read(ctx, l.Of, l.Field, field_Query_threads_args); err != nil {
			return p, err
		}
		order, _ := args["orderBy"].(*ent.ThreadOrder)
		if order == nil {
			order = newestActivity
		}
		at = placeIn(id.Thread, order.Field.Value)
		p = ordered(order.Field, order.Direction, at)
		if where := args["where"].(*ent.ThreadWhereInput); where != nil {
			p.Where, err = filterOf(where.P, ent.ErrEmptyThreadWhereInput)
		}
	case "Query.agents":
		if args, err = a.read(ctx, l.Of, l.Field, field_Query_agents_args); err != nil {
			return p, err
		}
		p, at = plan.Page{Column: "id"}, place{prefix: id.Agent}
		if order := args["orderBy"].(*ent.AgentOrder); order != nil {
			at = placeIn(id.Agent, order.Field.Value)
			p = ordered(order.Field, order.Direction, at)
		}
		if where := args["where"].(*ent.AgentWhereInput); where != nil {
			p.Where, err = filterOf(where.P, ent.ErrEmptyAgentWhereInput)
		}
	case "Query.customers":
		if args, err = a.read(ctx, l.Of, l.Field, field_Query_customers_args); err != nil {
			return p, err
		}
		p, at = plan.Page{Column: "id"}, place{prefix: id.Customer}
		if order := args["orderBy"].(*ent.CustomerOrder); order != nil {
			at = placeIn(id.Customer, order.Field.Value)
			p = ordered(order.Field, order.Direction, at)
		}
		if where := args["where"].(*ent.CustomerWhereInput); where != nil {
			p.Where, err = filterOf(where.P, ent.ErrEmptyCustomerWhereInput)
		}
	case "Thread.messages":
		if args, err = a.read(ctx, l.Of, l.Field, field_Thread_messages_args); err != nil {
			return p, err
		}
		at = placeIn(id.Message, ent.MessageOrderFieldSequence.Value)
		p = ordered(ent.MessageOrderFieldSequence, relay.OrderDirectionAsc, at)
		p.Unique = true
	}
	if err == nil {
		err = turnTo(&p, at, args)
	}
	return p, err
}

// ordered is a page of a list by a field of its orders, which are named like their columns. Of their values at knows.
func ordered(field fmt.Stringer, way relay.OrderDirection, at place) plan.Page {
	p := plan.Page{Column: strings.ToLower(field.String()), Descending: way == relay.OrderDirectionDesc}
	switch at.zero.(type) {
	case ms.Time:
		p.Value = plan.TimeValue
	case int:
		p.Value = plan.NumberValue
	case int64:
		p.Value = plan.LargeValue
	case string:
		p.Value = plan.TextValue
	}
	return p
}

// filterOf is a filter of ent as a condition; nil for one that is empty.
func filterOf[P ~func(*sql.Selector)](filter func() (P, error), empty error) (func(*sql.Selector), error) {
	p, err := filter()
	if errors.Is(err, empty) {
		return nil, nil
	}
	return p, err
}

// turnTo reads where in its list a page is.
func turnTo(p *plan.Page, at place, args map[string]any) error {
	if p.Column == "" { // a list that is not known here
		return plan.ErrAside
	}
	given, err := newPage(at, args["after"].(*gql.Cursor), args["first"].(*int), args["before"].(*gql.Cursor), args["last"].(*int))
	if err != nil {
		return err
	}
	p.After, p.Before = given.after, given.before
	if given.first != nil {
		p.First = *given.first
	} else {
		p.Last = *given.last
	}
	return nil
}

// find is the object that a field is asked for.
func (a planArguments) find(ctx context.Context, l *plan.Lookup) (plan.Found, error) {
	switch l.Field.Name {
	case "thread":
		args, err := a.read(ctx, "Query", l.Field, field_Query_thread_args)
		if err != nil {
			return plan.Found{}, err
		}
		threadID, externalID := args["id"].(*string), args["externalId"].(*string)
		if _, err := oneThread(threadID, externalID); err != nil {
			return plan.Found{}, err
		}
		if threadID != nil {
			return plan.Found{Column: "id", Value: *threadID}, nil
		}
		return plan.Found{Column: "external_id", Value: *externalID}, nil
	case "agent":
		args, err := a.read(ctx, "Query", l.Field, field_Query_agent_args)
		if err != nil {
			return plan.Found{}, err
		}
		return plan.Found{Column: "id", Value: args["id"].(string)}, nil
	}
	return plan.Found{}, plan.ErrAside
}
