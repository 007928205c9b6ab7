package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// ErrNoDocuments is returned for a place where there are none: a server that trusts nothing would refuse everything.
var ErrNoDocuments = errors.New("there are no documents: name a folder with .graphql files, or a manifest in JSON")

// Read reads documents: a folder with .graphql and .gql files, at any depth, or a manifest in JSON. That is an object of ids and
// documents, as Relay and GraphQL Code Generator write it, or Apollo's manifest of persisted queries.
func Read(place string) ([]Source, error) {
	info, err := os.Stat(place)
	if err != nil {
		return nil, err
	}
	var sources []Source
	if info.IsDir() {
		sources, err = Folder(os.DirFS(place))
	} else {
		var text []byte
		if text, err = os.ReadFile(place); err == nil { // an operator names it
			sources, err = manifest(filepath.Base(place), text)
		}
	}
	if err == nil && len(sources) == 0 {
		err = ErrNoDocuments
	}
	return sources, err
}

// Folder reads the .graphql and .gql files of a file system.
func Folder(folder fs.FS) (sources []Source, err error) {
	err = fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".graphql" && path.Ext(name) != ".gql" {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		sources = append(sources, Source{Name: name, Text: string(text)})
		return err
	})
	return sources, err
}

func manifest(name string, text []byte) (sources []Source, err error) {
	var apollo struct {
		Operations []struct{ ID, Body string }
	}
	if err := json.Unmarshal(text, &apollo); err == nil && len(apollo.Operations) > 0 {
		for _, o := range apollo.Operations {
			sources = append(sources, Source{Name: name + ": " + o.ID, ID: o.ID, Text: o.Body})
		}
		return sources, nil
	}
	var byID map[string]string
	if err := json.Unmarshal(text, &byID); err != nil {
		return nil, fmt.Errorf("%s is neither an object of ids and documents nor a manifest of persisted queries: %w", name, err)
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		sources = append(sources, Source{Name: name + ": " + id, ID: id, Text: byID[id]})
	}
	return sources, nil
}
