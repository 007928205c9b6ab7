// Package limit refuses GraphQL documents that would cost too much to parse or
// to validate, before either happens.
//
// Validation runs before any resolver and so before anybody is asked for a
// key, cannot be cancelled, and is not linear: comparing fields that share a
// response key is quadratic in gqlparser ([Limits.Rules] is not), expanding fragments is exponential, the recursive
// parser overflows its stack on a deeply nested document, and a fragment that
// spreads itself can send the comparison round for ever. A stack overflow
// cannot be recovered: one short document would end the process.
//
// [Limits.Check] therefore works in three stages, each safe because the one
// before it passed:
//
//   - the length in bytes;
//   - one pass over the tokens, without recursion: how many there are, how
//     deeply brackets nest, how many aliases and directives are written;
//   - a parse, then a walk that sees fragments as if their content were
//     written where they are spread. What a fragment adds up to is computed
//     once, and sums stop growing long before they overflow, so a document
//     that would unfold into a million fields costs no more than its length.
//
// A document with a syntax error passes: telling the caller about it is the
// executor's business, and by then it is known to be small.
//
// Hand the check to a server as an [Extension], after the one that resolves
// persisted queries if there is one, so that it sees the final document:
//
//	server.Use(limit.NewExtension(limit.Default()))
//
// The check relies on the server's own rules being those of [Limits.Rules], with
// suggestions switched off (SetDisableSuggestion): looking for similar names
// costs more the larger the schema is, and the schema is not known here.
package limit
