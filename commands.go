package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"

	"parley/ent"
	"parley/ent/apikey"
	"parley/ent/viewer"
	"parley/ent/workspace"
	"parley/eventlog"
)

//go:embed schema.graphql
var publicSchema string

const usage = `Usage: parley [command]

Commands:
  serve                                      run the server (default)
  migrate                                    bring the database up to date and stop
  workspaces list                            list workspaces
  workspaces create NAME                     make a workspace and print its first admin key
  workspaces erase ID [--yes]                erase a workspace with everything in it (docs/retention.md)
  keys list --workspace NAME                 list the keys of a workspace
  keys create --workspace NAME --name NAME --role ADMIN|OPERATOR|INTEGRATOR|APP
  keys revoke --workspace NAME KEY_ID
  rotate-secrets                             encrypt all secrets under the first of PARLEY_SECRET_KEY (docs/configuration.md)
  check                                      say what is wrong with the configuration; exit code 1 if something is
  backup FILE|FOLDER [--with-secret-key]     copy the embedded database while it is in use (docs/operations.md)
  restore FILE                               make the embedded database from a backup
  restore --mark                             begin a new history in a database that was put back by other means
  move --to postgres://…                     copy everything from the embedded database into an empty Postgres; PGPASSWORD has the password
  generate-data [flags]                      fill a new workspace with dialogues, to measure and to try out (docs/scale.md)
  test [flags] FILE…                         play scenarios and compare what happens (docs/testing.md)
  fake-model [flags]                         play model services on this machine (docs/fake-model.md)
  version                                    print the version
  help                                       print this text

Settings come from the environment, which parley check reads too:
`

// errUsage asks main to say how the command is used.
var errUsage = errors.New("unknown command or missing argument; see `parley help`")

// command runs one sub-command with its own environment and outputs.
func command(ctx context.Context, args []string, getenv func(string) string, out, errOut io.Writer) error {
	name, rest := "serve", []string(nil)
	if len(args) > 0 {
		name, rest = args[0], args[1:]
	}
	switch name {
	case "help", "-h", "-help", "--help":
		_, err := io.WriteString(out, usage+settingNames()+"docs/configuration.md describes them.\n")
		return err
	case "version", "--version":
		_, err := fmt.Fprintln(out, "parley", version)
		return err
	case "fake-model":
		return fakeModelCommand(ctx, rest, out)
	case "test":
		return testCommand(ctx, rest, getenv, out, errOut)
	}
	if name == "check" {
		return checkCommand(ctx, rest, getenv, out)
	}
	c, err := configFromEnv(getenv)
	if err != nil {
		return err
	}
	if name == "rotate-secrets" || name == "keys" || name == "workspaces" && (len(rest) == 0 || rest[0] != "create") {
		if err := c.mustHaveDatabase(); err != nil {
			return err
		}
	}
	switch name {
	case "backup":
		return backupCommand(ctx, c, rest, out)
	case "restore":
		return restoreCommand(ctx, c, rest, out)
	case "generate-data":
		return generateCommand(ctx, c, rest, out)
	case "move":
		return moveCommand(ctx, c, rest, out)
	case "serve":
		if len(rest) > 0 {
			return errUsage
		}
		logger := c.newLogger(errOut)
		slog.SetDefault(logger) // libraries that write to the standard log
		tellExports(logger)
		return serve(ctx, c, out, logger, nil)
	case "migrate":
		a, err := openApp(ctx, c)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "The database is up to date.")
		return a.close()
	case "rotate-secrets":
		if len(rest) > 0 {
			return errUsage
		}
		a, err := openApp(ctx, c)
		if err != nil {
			return err
		}
		return errors.Join(a.rotateSecrets(ctx, out), a.close())
	case "workspaces", "keys":
		a, err := openApp(ctx, c)
		if err != nil {
			return err
		}
		if name == "keys" {
			err = a.keysCommand(ctx, rest, out)
		} else {
			err = a.workspacesCommand(ctx, rest, out)
		}
		return errors.Join(err, a.close())
	}
	return errUsage
}

// mustHaveDatabase refuses to look into an embedded database that is not there. A command that made it would answer from an empty one -
// no workspaces, no secret under another key - to somebody who has not told it where the server's data are.
func (c Config) mustHaveDatabase() error {
	if !c.embedded() {
		return nil
	}
	if _, err := os.Stat(c.file()); err != nil {
		return fmt.Errorf("there is no database: %w; give the command the environment of the server, as PARLEY_DATA or DATABASE_URL", err)
	}
	return nil
}

func (a *app) workspacesCommand(ctx context.Context, args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "list":
		all, err := a.db.Client.Workspace.Query().Order(workspace.ByName()).All(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tMADE")
		for _, w := range all {
			fmt.Fprintf(table, "%s\t%s\t%s\n", w.ID, w.Name, w.CreatedAt)
		}
		return table.Flush()
	case len(args) == 2 && args[0] == "create":
		id, key, err := a.access.CreateWorkspace(ctx, args[1], "")
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Made workspace %s (%s). Its admin key, shown only now:\n\n  %s\n", args[1], id, key)
		return nil
	case len(args) > 1 && args[0] == "erase":
		return a.eraseWorkspace(ctx, args[1:], os.Stdin, out)
	}
	return errUsage
}

func (a *app) keysCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	flags := flag.NewFlagSet("keys "+args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	workspaceName := flags.String("workspace", "default", "name or id of the workspace")
	name := flags.String("name", "", "display name of the key")
	role := flags.String("role", "", "role of the key")
	if err := flags.Parse(args[1:]); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	w, err := a.db.Client.Workspace.Query().Where(workspace.Or(workspace.Name(*workspaceName), workspace.ID(*workspaceName))).Only(ctx)
	if ent.IsNotFound(err) {
		return fmt.Errorf("there is no workspace %q; see `parley workspaces list`", *workspaceName)
	}
	if err != nil {
		return err
	}
	ctx = eventlog.WithAct(viewer.WorkerContext(ctx, w.ID, "keys command"), eventlog.Act{Name: "parley keys " + args[0], KeyName: "keys command"})
	switch {
	case args[0] == "list" && flags.NArg() == 0:
		return a.listKeys(ctx, out)
	case args[0] == "create" && flags.NArg() == 0:
		made, err := a.access.CreateKey(ctx, *name, viewer.Role(strings.ToUpper(*role)))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Made key %s (%s, %s), shown only now:\n\n  %s\n", made.ID, *name, strings.ToUpper(*role), made.Key.Reveal())
		return nil
	case args[0] == "revoke" && flags.NArg() == 1:
		if _, err := a.access.RevokeKey(ctx, flags.Arg(0)); err != nil {
			return err
		}
		fmt.Fprintf(out, "Revoked %s.\n", flags.Arg(0))
		return nil
	}
	return errUsage
}

func (a *app) listKeys(ctx context.Context, out io.Writer) error {
	all, err := a.db.Client.APIKey.Query().Order(apikey.ByCreatedAt()).All(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tROLE\tBEGINS WITH\tMADE\tREVOKED")
	for _, k := range all {
		revoked := "-"
		if k.RevokedAt != nil {
			revoked = k.RevokedAt.String()
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s…\t%s\t%s\n", k.ID, k.Name, k.Role, k.Hint, k.CreatedAt, revoked)
	}
	return table.Flush()
}
