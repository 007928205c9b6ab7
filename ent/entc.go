//go:build generator

// This program generates the package ent from ent/schema. Run it by `make generate`.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"log"
	"os"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	// No WithSchemaPath: schema.graphql is written by hand. No WithNodeDescriptor: its type Field collides with
	// introspection's in gqlgen.
	gql, err := entgql.NewExtension(entgql.WithWhereInputs(true))
	if err != nil {
		log.Fatalf("create the entgql extension: %v", err)
	}
	err = entc.Generate("./schema", &gen.Config{
		Package: "parley/ent",
		Features: []gen.Feature{
			gen.FeaturePrivacy, gen.FeatureIntercept, gen.FeatureExecQuery, gen.FeatureUpsert, gen.FeatureModifier, gen.FeatureLock,
		},
	}, entc.Extensions(gql), entc.TemplateDir("template"), entc.BuildTags("generate"))
	if err != nil {
		log.Fatalf("generate ent: %v", err)
	}
	for _, m := range mends {
		if err := mend(m); err != nil {
			log.Fatal(err)
		}
	}
	// Package enttest makes tables without our migrations, by a client that has the planner of migrations.
	if err := os.RemoveAll("enttest"); err != nil {
		log.Fatal(err)
	}
}

// mends are changes to what ent and entgql generate. ent's client would bring the planner of migrations, with its parsers of SQL
// dialects and HCL, into a server that has its migrations as files. entgql would
//   - count the whole list for every request that asks for pageInfo (github.com/ent/contrib, pull request 625), and
//     without edges say from that count alone whether there are more pages; now pageInfo reads the page instead;
//   - take fields that were asked for under another name for fields that were not asked for, and answer an empty page;
//   - import itself, and with it the generators of ent and gqlgen, into the server; package relay has what is needed there;
//   - let one alias of a field decide what its other aliases read (collect.go);
//   - read tags without their names, by which they are ordered, when nobody asks for them.
var mends = []struct{ path, was, is string }{
	{"client.go", "\t\"parley/ent/migrate\"\n", ""},
	{"client.go", "\t// Schema is the client for creating, migrating and dropping schema.\n\tSchema *migrate.Schema\n", ""},
	{"client.go", "\tc.Schema = migrate.NewSchema(c.driver)\n", ""},
	{"gql_collection.go", generator, runtime},
	{"gql_pagination.go", generator, runtime},
	{"gql_node.go", generator, runtime},
	{
		"gql_pagination.go",
		"ignoredEdges := !hasCollectedField(ctx, edgesField)\n",
		"ignoredEdges := !hasCollectedField(ctx, edgesField) && !hasCollectedField(ctx, pageInfoField)\n",
	},
	{
		"gql_pagination.go",
		"if hasCollectedField(ctx, totalCountField) || hasCollectedField(ctx, pageInfoField) {",
		"if hasCollectedField(ctx, totalCountField) {",
	},
	{
		"gql_pagination.go",
		"range graphql.CollectFields(oc, field.Selections, nil) {\n\t\t\tif f.Alias == name {",
		"range collectFields(oc, field.Selections, nil) {\n\t\t\tif f.Name == name {",
	},
	{
		"gql_collection.go",
		"range graphql.CollectFields(opCtx, collected.Selections, satisfies) {",
		"range collectFields(opCtx, collected.Selections, satisfies) {",
	},
	{
		"gql_collection.go",
		"make(map[string]struct{}, len(threadtag.Columns))\n\t\tselectedFields = []string{threadtag.FieldID}",
		"map[string]struct{}{threadtag.FieldName: {}}\n\t\tselectedFields = []string{threadtag.FieldID, threadtag.FieldName}",
	},
}

const (
	generator = `"entgo.io/contrib/entgql"`
	runtime   = `entgql "parley/ent/relay"`
)

func mend(m struct{ path, was, is string }) error {
	code, err := os.ReadFile(m.path)
	if err != nil {
		return err
	}
	mended := bytes.ReplaceAll(code, []byte(m.was), []byte(m.is))
	if bytes.Equal(code, mended) {
		return fmt.Errorf("%s: %q is not there to be mended; has entgql changed?", m.path, m.was)
	}
	if mended, err = format.Source(mended); err != nil { // imports are in order
		return err
	}
	return os.WriteFile(m.path, mended, 0o644)
}
