package plan

import (
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"parley/dialogue"
	"parley/ent/viewer"
)

// noun is a type of the API whose objects are rows of one table.
type noun struct {
	implements []string // its name, then what it implements
	table      string
	hidden     string // column that is NULL in rows that anybody may see
	fields     map[string]field
}

// field writes one field of a row; false if it cannot, for this role or with what is selected of it.
type field func(c *compiler, r *row, f graphql.CollectedField, out *output) bool

// text is a field with the text of a column, which may be NULL.
func text(column string) field {
	return func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
		out.text(markText, r.col(column))
		return true
	}
}

// plain is a field with a word of ours, in which nothing is to be escaped: ids that the server made, and enums.
func plain(column string) field {
	return func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
		out.lit(`"`)
		out.value(sql(r.col(column)))
		out.lit(`"`)
		return true
	}
}

func number(column string) field {
	return func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
		out.value(sql(r.col(column)))
		return true
	}
}

func numberOrNull(column string) field {
	return func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
		out.value(sql("CASE WHEN " + r.col(column) + " IS NULL THEN 'null' ELSE concat(" + r.col(column) + ") END"))
		return true
	}
}

func boolean(column string) field {
	return func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
		out.value(isTrue(r.col(column)))
		return true
	}
}

func isTrue(condition string) expression {
	return sql("CASE WHEN " + condition + " THEN 'true' ELSE 'false' END")
}

// moment is a field with a time, which may be NULL.
func moment(column string) field {
	return func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
		out.mark(markTime, r.col(column))
		return true
	}
}

// document is a field with JSON as it is stored; nothing stored is null.
func document(column string) field {
	return func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
		out.text(markJSON, r.col(column))
		return true
	}
}

// link is a field with the one row that a column leads to.
func link(of func() *noun, column string) field {
	return func(c *compiler, r *row, f graphql.CollectedField, out *output) bool {
		return c.linked(of(), f.Selections, r.col(column), out)
	}
}

// linkOrNull is link for a column that may be NULL.
func linkOrNull(of func() *noun, column string) field {
	return func(c *compiler, r *row, f graphql.CollectedField, out *output) bool {
		return c.linkedOrNull(of(), f.Selections, r.col(column), out)
	}
}

// only is a field that reads as something else for those without one of the roles.
func only(value field, otherwise string, roles ...viewer.Role) field {
	return func(c *compiler, r *row, f graphql.CollectedField, out *output) bool {
		if c.has(roles...) {
			return value(c, r, f, out)
		}
		out.lit(otherwise)
		return true
	}
}

// not is a field that reads as something else for a role.
func not(role viewer.Role, value field, otherwise string) field {
	return func(c *compiler, r *row, f graphql.CollectedField, out *output) bool {
		if c.role != role {
			return value(c, r, f, out)
		}
		out.lit(otherwise)
		return true
	}
}

// The nouns, which refer to each other.
var threads, messages, agents, customers, tags, keys, workspaces, shards *noun

func init() {
	threads = &noun{implements: []string{"Thread", "Node"}, table: "threads", hidden: "erased_at"}
	messages = &noun{implements: []string{"Message", "Node"}, table: "messages"}
	agents = &noun{implements: []string{"Agent", "Node"}, table: "agents"}
	customers = &noun{implements: []string{"Customer", "Node"}, table: "customers", hidden: "erased_at"}
	tags = &noun{implements: []string{"ThreadTag"}, table: "thread_tags"}
	keys = &noun{implements: []string{"APIKey", "Node"}, table: "api_keys"}

	workspaces = &noun{implements: []string{"Workspace"}, table: "workspaces", fields: map[string]field{
		"id": plain("id"), "name": text("name"), "cursor": endOfEvents,
	}}
	shards = &noun{implements: []string{"FeedShard"}, table: "feed_shards"} // no part of the API

	threads.fields = map[string]field{
		"id": plain("id"), "externalId": text("external_id"), "channel": text("channel"), "status": plain("status"),
		"agent": link(of(&agents), "agent_id"), "customer": link(of(&customers), "customer_id"),
		"operator":      not(viewer.ThreadToken, linkOrNull(of(&keys), "operator_id"), "null"),
		"operatorSince": moment("operator_since"),
		"waitingSince": func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
			out.mark(markTimeOrNever, r.col("waiting_since"))
			return true
		},
		"tags": tagsOfThread, "success": succeeded, "contact": document("contact"), "metadata": document("metadata"),
		"messageCount": number("message_count"), "lastMessage": linkOrNull(of(&messages), "last_message_id"),
		"lastMessageAt": moment("last_message_at"), "lastActivityAt": moment("last_activity_at"),
		"messages":    list(of(&messages), "thread_id"),
		"unreadCount": only(unread, "0", viewer.Admin, viewer.Operator),
		"cursor": func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
			out.mark(markThreadCursor, r.col("id"), r.col("last_seq"))
			return true
		},
		"createdAt": moment("created_at"), "updatedAt": moment("updated_at"),
	}
	messages.fields = map[string]field{
		"id": plain("id"), "thread": link(of(&threads), "thread_id"), "sequence": number("sequence"), "author": plain("author"),
		"authorName": text("author_name"), "text": text("text"),
		"data": func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
			out.text(markData, "CASE WHEN "+r.col("model")+" <> '' THEN "+r.col("text")+" END")
			return true
		},
		"clientMessageId": text("client_message_id"), "model": text("model"),
		"inputTokens": number("input_tokens"), "outputTokens": number("output_tokens"), "createdAt": moment("created_at"),
	}
	tags.fields = map[string]field{
		"name": text("name"), "text": not(viewer.ThreadToken, text("text"), `""`), "createdAt": moment("created_at"),
	}
	makers := []viewer.Role{viewer.Admin, viewer.Operator, viewer.Integrator}
	agents.fields = map[string]field{
		"id": plain("id"), "name": text("name"), "instructions": only(text("instructions"), "null", makers...),
		"models": func(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
			out.text(markTexts, "CAST("+r.col("models")+" AS text)")
			return true
		},
		"script": only(document("script"), "null", makers...), "answerSchema": only(document("answer_schema"), "null", makers...),
		"region": text("region"), "public": boolean("public"), "onBusy": plain("on_busy"),
		"quietMs": number("quiet_ms"), "maxWaitMs": number("max_wait_ms"), "maxCalls": number("max_calls"), "maxSteps": number("max_steps"),
		"maxTurnTokens": number("max_turn_tokens"), "maxTurnSeconds": number("max_turn_seconds"), "dailyTokens": numberOrNull("daily_tokens"),
		"fallbackText": text("fallback_text"), "timeZone": text("time_zone"),
		"createdAt": moment("created_at"), "updatedAt": moment("updated_at"),
	}
	customers.fields = map[string]field{
		"id": plain("id"), "externalId": text("external_id"), "name": text("name"), "email": text("email"), "phone": text("phone"),
		"contact": document("contact"), "metadata": document("metadata"), "createdAt": moment("created_at"), "updatedAt": moment("updated_at"),
	}
	keys.fields = map[string]field{"id": plain("id"), "name": text("name"), "role": plain("role"), "createdAt": moment("created_at")}
}

func of(n **noun) func() *noun { return func() *noun { return *n } }

func tagsOfThread(c *compiler, r *row, f graphql.CollectedField, out *output) bool {
	id := r.col("id")
	return c.many(tags, f.Selections, func(t *row) []string { return []string{t.alias + ".thread_id = " + id} }, func(t *row) string { return c.inBytes(t.alias + ".name") }, 0, out)
}

func succeeded(c *compiler, r *row, _ graphql.CollectedField, out *output) bool {
	t := c.row(tags)
	out.value(isTrue("EXISTS (SELECT 1" + t.from(t.alias+".thread_id = "+r.col("id"), t.alias+".name = 'success'") + ")"))
	return true
}

func unread(_ *compiler, r *row, _ graphql.CollectedField, out *output) bool {
	const key = "\x00" // stands nowhere else
	var e expression
	for i, text := range strings.Split(dialogue.UnreadSQL(r.col("id"), "$1", key), key) {
		if i > 0 {
			e = append(e, paramKey)
		}
		e = append(e, fixed(text))
	}
	out.value(e)
	return true
}

// endOfEvents is where the events of the workspace stand, in the same look at the database as all else in the answer.
func endOfEvents(c *compiler, r *row, _ graphql.CollectedField, out *output) bool {
	s := c.row(shards)
	out.mark(markWorkspaceCursor, r.col("history"), "(SELECT "+c.aggregate()+"(concat("+s.alias+".shard, ':', "+s.alias+".last_position), ',')"+s.from()+")")
	return true
}
