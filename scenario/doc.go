// Package scenario plays dialogues that are written down as text files against a server, through its public API, and
// compares what happens with what the files expect. docs/testing.md describes the files.
//
//	agent agent.json
//
//	> my number is 030 1234567
//	~ call get_contact {"phone":"030 1234567"}
//	~ < Thanks, noted.
//	tag +get_contact
//	event contact.received {"phone":"+49301234567"}
//	call get_contact {"phone":"030 1234567"} ANSWERED
//	< Thanks, noted.
//	end ANSWERED
//
// Parse reads a file, Run plays files. A file has sections: an input, then what is expected to come of it. Playing a
// file gives the same file with other expectations; a test has passed if that is the file it began with.
package scenario
