package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"parley/seal"
)

// What a finding says of its subject.
const (
	isFine  = "ok"
	isOdd   = "odd" // it works, but hardly as it was meant
	isWrong = "WRONG"
)

// finding is one sentence about the configuration.
type finding struct{ state, subject, text string }

// checkup looks at a configuration without starting a server, making a file or changing a database.
type checkup struct {
	c       Config
	found   []finding
	faulty  map[string]bool // variables that cannot be taken as they are
	keys    *seal.Keys      // nil when there are none yet, or they cannot be read
	keyFrom string
	running bool // a server holds the embedded database
}

// checkCommand prints what is right and what is wrong with the configuration.
func checkCommand(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	if len(args) > 0 {
		return errUsage
	}
	found := checkConfiguration(ctx, getenv, os.Environ())
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	wrong := 0
	for _, f := range found {
		fmt.Fprintf(table, "%s\t%s\t%s\n", f.state, f.subject, f.text)
		if f.state == isWrong {
			wrong++
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if wrong > 0 {
		return exitError{fmt.Errorf("%d of these would stop the server or lose something; docs/configuration.md describes the variables", wrong), 1}
	}
	fmt.Fprintln(out, "\nA server can start with this configuration.")
	return nil
}

// checkConfiguration returns everything there is to say. Environ is for names that nobody reads.
func checkConfiguration(ctx context.Context, getenv func(string) string, environ []string) []finding {
	c, err := configFromEnv(getenv)
	k := &checkup{c: c, faulty: map[string]bool{}}
	k.variables(err, getenv, environ)
	k.secretKey()
	k.folders()
	k.database(ctx)
	k.listener(ctx)
	k.pages()
	k.documents()
	k.providers()
	k.broker()
	return k.found
}

func (k *checkup) say(state, subject, format string, args ...any) {
	k.found = append(k.found, finding{state, subject, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " ")})
}

var variableName = regexp.MustCompile(`\b(PARLEY|DATABASE|GEMINI|OPENAI|NATS|OTEL)_[A-Z_]+\b`)

// variables judges each variable by itself: those that are wrong, those that are set, and names that nobody reads.
func (k *checkup) variables(err error, getenv func(string) string, environ []string) {
	for _, fault := range leaves(err) {
		name := variableName.FindString(fault.Error())
		k.faulty[name] = true
		k.say(isWrong, name, "%v", fault)
	}
	unset := 0
	known := func(name string) bool {
		return slices.ContainsFunc(variables, func(v variable) bool { return v.name == name })
	}
	for _, v := range variables {
		switch value := getenv(v.name); {
		case value == "":
			unset++
		case k.faulty[v.name]:
		case v.secret:
			k.say(isFine, v.name, "is set")
		default:
			k.say(isFine, v.name, "%s", value)
		}
	}
	for _, entry := range environ {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PARLEY_") && !known(name) {
			k.say(isOdd, name, "is no variable of the server: is it mistyped?")
		}
	}
	if k.c.CheckSQL {
		k.say(isOdd, "PARLEY_CHECK_SQL", "is for tests: it reads every statement, which costs time")
	}
	k.say(isFine, "defaults", "%d variables are unset, of %d", unset, len(variables))
}

// leaves are the single errors of a joined one.
func leaves(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if err == nil {
			return nil
		}
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, leaves(e)...)
	}
	return all
}

// secretKey looks for the key, and does not make one.
func (k *checkup) secretKey() {
	keys, from, err := k.c.presentKeys()
	switch {
	case err != nil:
		k.say(isWrong, "secret key", "%v", err)
	case keys == nil && k.c.embedded():
		k.say(isFine, "secret key", "the first start makes one and keeps it in %s", k.c.secretKeyFile())
	case keys != nil:
		k.keys, k.keyFrom = keys, from
		k.say(isFine, "secret key", "%s holds %s", from, strings.Join(keys.IDs(), ", "))
		if k.c.SecretKey.IsEmpty() {
			k.readableByOthers()
		}
	}
}

func (k *checkup) readableByOthers() {
	if info, err := os.Stat(k.c.secretKeyFile()); err == nil && info.Mode().Perm()&0o077 != 0 && knowsHolders {
		k.say(isOdd, "secret key", "%s can be read by other users of this machine: chmod 600", k.c.secretKeyFile())
	}
}
