//go:build ignore

// This program generates the package ent from ent/schema. Run it by `make generate`.
package main

import (
	"bytes"
	"fmt"
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
	}, entc.Extensions(gql))
	if err != nil {
		log.Fatalf("generate ent: %v", err)
	}
	if err := countOnlyWhenAsked("gql_pagination.go"); err != nil {
		log.Fatal(err)
	}
}

// countOnlyWhenAsked mends what entgql generates: it would count the whole list for every request that asks for
// pageInfo, which needs no count once there are edges (github.com/ent/contrib, pull request 625).
func countOnlyWhenAsked(path string) error {
	code, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	mended := bytes.ReplaceAll(code,
		[]byte("if hasCollectedField(ctx, totalCountField) || hasCollectedField(ctx, pageInfoField) {"),
		[]byte("if hasCollectedField(ctx, totalCountField) || ignoredEdges && hasCollectedField(ctx, pageInfoField) {"))
	if bytes.Equal(code, mended) {
		return fmt.Errorf("%s: nothing to mend; has entgql changed?", path)
	}
	return os.WriteFile(path, mended, 0o644)
}
