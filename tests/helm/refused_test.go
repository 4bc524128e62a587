package helm

import (
	"path/filepath"
	"strings"
	"testing"
)

// Each file of refused/ is put over ci/minimal-values.yaml; its first line is what helm has to say, the path of the wrong value first.
func TestWrongValuesAreRefused(t *testing.T) {
	files, err := filepath.Glob("refused/*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("only %d files in refused/ (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			first, _, _ := strings.Cut(readFile(t, file), "\n")
			want := strings.TrimPrefix(first, "# ")
			out, message, failure := helm("template", "tg", chartDir, "--values", ciFile("minimal"), "--values", file)
			if failure == nil {
				t.Fatalf("helm takes it:\n%s", out)
			}
			if !strings.Contains(message, want) {
				t.Errorf("helm says:\n%s\nbut not: %s", message, want)
			}
		})
	}
}
