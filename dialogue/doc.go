// Package dialogue is the engine: agents answer customers in threads, call functions and raise tags, and people take
// over and hand back. It has two halves. The verbs of Service (SendMessage, TakeOver, CreateFunction, …) are short
// transactions that anybody may call at any time. Run is the workers that take due turns from the database and run them
// step by step.
//
//	s := dialogue.New(log, keys, client, guard, dialogue.Options{
//		Providers: map[string]model.Provider{"scripted": scripted.New()}, DefaultModel: "scripted",
//	})
//	go s.Run(ctx) // of the server's errgroup
//	thread, err := s.CreateThread(ctx, dialogue.ThreadInput{AgentID: agentID, Text: &firstWords})
//
// What holds everywhere:
//
//   - All state is in the database. A worker reads what decides about the next move, makes it, and stores it in one
//     transaction; another worker can go on after each.
//   - Whatever a turn writes shows its fence and the thread's epoch. After a take-over, a stop or a lost lease the write
//     is refused, so the agent never talks over a person and no two workers write the same turn.
//   - A step, the message it says, the tags it raises and the end of the turn are one transaction. HTTP calls are rows
//     before they leave, and one that left without an answer is never blindly repeated.
//
// docs/dialogue.md draws the state machines of a turn and of a call; docs/http-functions.md is for integrators.
//
// Reading order: service.go, messages.go and control.go for the verbs; due.go for how a turn comes to be; run.go, claim.go
// and turn.go for the workers; step.go, wanted.go and conclude.go for what becomes of a model's answer; calls.go, send.go
// and answer.go for HTTP functions; history.go for what a model reads.
package dialogue
