package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lcfv-go/lcfv/backend/onnx"
	"github.com/stretchr/testify/require"
)

const (
	// variable names the folder of cases; packaged is where Debian's package
	// libonnx-testdata puts it.
	variable = "LCFV_ONNX_TESTDATA"
	packaged = "/usr/share/libonnx-testdata/data"
)

// kinds are the folders of cases. The folder "real" holds no models, only
// addresses of them.
var kinds = []string{"node", "simple", "pytorch-operator", "pytorch-converted"}

// testCase is a folder with a model, inputs, and the outputs that the ONNX
// project expects.
type testCase struct {
	name     string // of the folder
	dir      string
	operator string // the one it is about, or several joined by "+"
	model    *onnx.Model
	err      error // why there is no model
}

// testCases reads all cases, in the order of kinds and of names. Where they are
// absent the test is skipped, or fails if the environment says CI=true.
func testCases(t testing.TB) []*testCase {
	t.Helper()
	root := os.Getenv(variable)
	if root == "" {
		root = packaged
	}
	if _, err := os.Stat(filepath.Join(root, kinds[0])); err != nil {
		message := fmt.Sprintf("the ONNX project's test cases are missing: %v (install Debian's libonnx-testdata, or set %s to its folder data)", err, variable)
		if os.Getenv("CI") == "true" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	var cases []*testCase
	for _, kind := range kinds {
		dirs, err := filepath.Glob(filepath.Join(root, kind, "test_*"))
		require.NoError(t, err)
		for _, dir := range dirs {
			c := &testCase{name: filepath.Base(dir), dir: dir}
			data, err := os.ReadFile(filepath.Join(dir, "model.onnx"))
			require.NoError(t, err)
			c.model, c.err = onnx.Parse(data, os.DirFS(dir))
			cases = append(cases, c)
		}
	}
	for _, c := range cases {
		c.operator = c.operators(cases)
	}
	return cases
}

// operators names what the case is about. Cases whose name ends in "_expanded"
// spell an operator out in terms of others: they are about that one, which the
// case of the same name without the ending has.
func (c *testCase) operators(all []*testCase) string {
	if base, _, expanded := strings.Cut(c.name, "_expanded"); expanded {
		if i := slices.IndexFunc(all, func(o *testCase) bool { return o.name == base && o.model != nil }); i >= 0 {
			return all[i].operators(all)
		}
	}
	if c.model == nil {
		return "(not of tensors)"
	}
	var ops []string
	for _, n := range c.model.Graph.Nodes {
		op := n.Op
		if n.Domain != "" {
			op = n.Domain + "." + op
		}
		if op != "Constant" && !slices.Contains(ops, op) {
			ops = append(ops, op)
		}
	}
	if len(ops) == 0 {
		return "Constant"
	}
	slices.Sort(ops)
	return strings.Join(ops, "+")
}

// dataSet is one set of inputs and the outputs expected for it.
type dataSet struct {
	inputs  map[string]*onnx.Tensor
	outputs map[string]*onnx.Tensor
}

// dataSets reads the case's inputs and outputs.
func (c *testCase) dataSets() ([]dataSet, error) {
	dirs, err := filepath.Glob(filepath.Join(c.dir, "test_data_set_*"))
	if err != nil {
		return nil, err
	}
	if len(dirs) == 0 {
		return nil, errors.New("the case has no inputs and outputs")
	}
	sets := make([]dataSet, len(dirs))
	for i, dir := range dirs {
		if sets[i].inputs, err = readTensors(dir, "input", c.model.Graph.Inputs); err != nil {
			return nil, err
		}
		if sets[i].outputs, err = readTensors(dir, "output", c.model.Graph.Outputs); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

// readTensors reads the files stem_0.pb, stem_1.pb, …, which belong to ports in
// their order.
func readTensors(dir, stem string, ports []onnx.ValueInfo) (map[string]*onnx.Tensor, error) {
	tensors := map[string]*onnx.Tensor{}
	for i, p := range ports {
		file := filepath.Join(dir, stem+"_"+strconv.Itoa(i)+".pb")
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: the case has %d files for %d %ss", dir, i, len(ports), stem)
		}
		if err != nil {
			return nil, err
		}
		x, err := onnx.ParseTensor(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if p.Type == onnx.BFloat16 && x.Type == onnx.Uint16 { // numpy, which wrote the files, has no such type
			x.Type = onnx.BFloat16
		}
		tensors[p.Name] = x
	}
	return tensors, nil
}
