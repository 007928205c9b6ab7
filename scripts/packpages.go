//go:build ignore

// This program packs the built assets of web pages into dist/assets.zip of each folder, from which the server embeds them. Run it by
// `make build/console`.
//
//	go run scripts/packpages.go console graphiql
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
)

func main() {
	for _, folder := range os.Args[1:] {
		packed, err := pack(os.DirFS(filepath.Join(folder, "dist")))
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, "dist", "assets.zip"), packed, 0o644)
		}
		if err != nil {
			log.Fatalf("pack the assets of %s: %v", folder, err)
		}
	}
}

// pack writes neither times nor rights, so that the same files give the same bytes.
func pack(dist fs.FS) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestCompression) })
	err := fs.WalkDir(dist, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		file, err := w.Create(name)
		if err == nil {
			_, err = file.Write(text)
		}
		return err
	})
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}
