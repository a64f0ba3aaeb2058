// Package page puts tables that programs print into Markdown pages.
package page

import (
	"fmt"
	"os"
	"strings"

	"github.com/lcfv-go/lcfv/internal/atomicfile"
)

// Replace puts tables between the comments <!-- NAME --> and <!-- end --> of a page.
// The file is replaced whole or not at all.
func Replace(path, name, tables string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	mark, end := "<!-- "+name+" -->\n", "<!-- end -->"
	before, rest, ok := strings.Cut(string(text), mark)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s has no place for %s: give it the lines %s and %s", path, name, strings.TrimSpace(mark), end)
	}
	return atomicfile.Write(path, []byte(before+mark+"\n"+tables+"\n"+end+after))
}
