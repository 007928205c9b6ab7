package failpoint_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/failpoint"
)

// Every point is named in the list, and stands at one place of the program.
func TestPointsAreWhatTheProgramHits(t *testing.T) {
	hit := regexp.MustCompile(`failpoint\.Hit\("([^"]+)"\)`)
	var found []string
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(root, path)
		for _, m := range hit.FindAllStringSubmatch(string(text), -1) {
			found = append(found, m[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	want := slices.Sorted(slices.Values(failpoint.Points))
	if !slices.Equal(found, want) {
		t.Errorf("the program hits %v\nthe list has %v", found, want)
	}
	failpoint.Hit("call.sent") // does nothing
}
