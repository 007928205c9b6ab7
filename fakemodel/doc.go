// Package fakemodel plays the Gemini API and an OpenAI-compatible server, without any model behind them: for tests, for
// trying things out, and for dialogues of one's own machine. It answers from a script; without one, by three rules
// (see Rules). It checks what a client sends as strictly as the real ones do, and breaks in every way that they do.
//
//	fake := fakemodel.New(fakemodel.Options{Strict: true})
//	web := httptest.NewServer(fake)
//	fake.Push("gemini-3.8-flash", fakemodel.Answer{Refuse: fakemodel.Overloaded()}, fakemodel.Text("Hello"))
//	…
//	sent := fake.Requests()
//
// Nothing here was compared with live services by machine: the texts and rules are those that their documents and
// users report as of November 2026.
package fakemodel
