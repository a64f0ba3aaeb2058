package generator_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/generatortest"
	"github.com/lcfv-go/lcfv/internal/testmodels"
)

// affine is a backend's model in closed form: an image of 1×2×3 pixels whose
// pixel k is base + gain·(z0·k - z1) + class, with class given as an index.
type affine struct {
	meta        map[string]string
	conditional bool
	class       float32
	base, gain  float32
	closed      *bool
}

func (m affine) Inputs() []backend.Port {
	ports := []backend.Port{{Name: "noise", Dtype: tensor.Float32, Shape: []int{backend.Batch, 2, 1, 1}}}
	if m.conditional {
		ports = append(ports, backend.Port{Name: "label", Dtype: tensor.Int64, Shape: []int{backend.Batch}})
	}
	return ports
}

func (m affine) Outputs() []backend.Port {
	return []backend.Port{{Name: "out", Dtype: tensor.Float32, Shape: []int{backend.Batch, 1, 2, 3}}}
}

func (m affine) Metadata() map[string]string { return m.meta }
func (m affine) Fingerprint() string         { return "affine" }
func (m affine) Close() error                { *m.closed = true; return nil }

func (m affine) Bind(_ string, value *tensor.Dense) (backend.Model, error) {
	k := value.Data().([]int64)[0]
	if k > 2 {
		return nil, errors.New("index out of bounds")
	}
	m.conditional, m.class = false, float32(k)
	return m, nil
}

func (m affine) Run(ctx context.Context, outputs, inputs map[string]*tensor.Dense) error {
	m.draw(outputs["out"].Data().([]float32), inputs["noise"].Data().([]float32))
	return ctx.Err()
}

func (m affine) draw(x, z []float32) {
	for i := range len(z) / 2 {
		for k := range 6 {
			x[6*i+k] = m.base + m.gain*(z[2*i]*float32(k)-z[2*i+1]) + m.class
		}
	}
}

func (m affine) Linearize(ctx context.Context, _, _ string, inputs map[string]*tensor.Dense) (backend.Linearization, error) {
	z := inputs["noise"].Data().([]float32)
	x := make([]float32, 3*len(z))
	m.draw(x, z)
	return affineLin{m, tensor.New(tensor.WithShape(len(z)/2, 1, 2, 3), tensor.WithBacking(x))}, ctx.Err()
}

type affineLin struct {
	affine
	out *tensor.Dense
}

func (l affineLin) Output() *tensor.Dense { return l.out }
func (l affineLin) Close() error          { return nil }

func (l affineLin) Pullback(_ context.Context, dst, v *tensor.Dense) error {
	dz, dx := dst.Data().([]float32), v.Data().([]float32)
	for i := range len(dz) / 2 {
		dz[2*i], dz[2*i+1] = 0, 0
		for k := range 6 {
			dz[2*i] += l.gain * float32(k) * dx[6*i+k]
			dz[2*i+1] -= l.gain * dx[6*i+k]
		}
	}
	return nil
}

func (l affineLin) Pushforward(_ context.Context, dst, v *tensor.Dense) error {
	l.base, l.class = 0, 0
	l.draw(dst.Data().([]float32), v.Data().([]float32))
	return nil
}

var small = map[string]string{generator.MetaPrior: "uniform(-0.1,0.1)"}

func TestNetworkKeepsTheContract(t *testing.T) {
	for name, m := range map[string]affine{
		"unit range":   {meta: small, base: 0.5, gain: 0.5},
		"signed range": {meta: map[string]string{generator.MetaPrior: "uniform(-0.1,0.1)", generator.MetaRange: "-1,1"}, gain: 1},
	} {
		m.closed = new(bool)
		// Pieces of one and of two samples, so that batches are cut.
		for _, batch := range []int{1, 2, 16} {
			g, err := generator.FromModel(m, &generator.ModelOptions{Batch: batch, Workers: 2})
			require.NoError(t, err, name)
			generatortest.Test(t, g)
		}
	}
}

func TestNetworkReadsMetadata(t *testing.T) {
	g, err := generator.FromModel(affine{closed: new(bool), gain: 1, meta: map[string]string{
		generator.MetaLatent: "noise", generator.MetaPrior: "truncated-normal(2)",
		generator.MetaRange: "-2, 2", generator.MetaLevels: "coarse:1,1",
	}}, &generator.ModelOptions{Name: "toy"})
	require.NoError(t, err)
	require.Equal(t, generator.Info{
		Name: "toy", D: 2, C: 1, H: 2, W: 3, Fingerprint: "affine",
		Prior:  generator.Prior{Kind: generator.TruncatedNormal, Low: -2, High: 2},
		Levels: []generator.Level{{Name: "coarse", Low: 0, High: 1}, {Name: "level 1", Low: 1, High: 2}},
	}, g.Info())

	// -2 is black, 2 is white: the model's 1 is a pixel of 0.75.
	var x generator.Images
	require.NoError(t, g.Generate(context.Background(), &x, &generator.Latents{N: 1, D: 2, Data: []float32{0, -1}}))
	require.InDeltaSlice(t, []float32{0.75, 0.75, 0.75, 0.75, 0.75, 0.75}, x.Pix, 1e-6)
}

func TestNetworkClasses(t *testing.T) {
	m := affine{meta: map[string]string{generator.MetaRange: "0,4", generator.MetaClasses: `["cat","dog","eel"]`}, conditional: true, closed: new(bool)}
	_, err := generator.FromModel(m, nil)
	require.ErrorIs(t, err, generator.ErrCondition)
	require.ErrorContains(t, err, "from 0 to 2")
	_, err = generator.FromModel(m, &generator.ModelOptions{Class: new(3)})
	require.ErrorIs(t, err, generator.ErrCondition)

	g, err := generator.FromModel(m, &generator.ModelOptions{Class: new(1)})
	require.NoError(t, err)
	require.Equal(t, "class 1 (dog)", g.Info().Condition)
	require.Equal(t, []string{"cat", "dog", "eel"}, g.Classes())
	other, err := g.WithClass(2)
	require.NoError(t, err)
	var x generator.Images
	for want, g := range map[float32]*generator.Network{0.25: g, 0.5: other} {
		require.NoError(t, g.Generate(context.Background(), &x, generator.NewLatents(1, 2)))
		require.InDelta(t, want, x.Pix[0], 1e-6)
	}
	require.Equal(t, g.Info().Fingerprint, other.Info().Fingerprint)
	_, err = g.WithClass(5)
	require.ErrorContains(t, err, "class 5 does not exist, the model has 3: choose one from 0 to 2, such as 0 (cat), 1 (dog), 2 (eel)")

	named, err := generator.FromModel(m, &generator.ModelOptions{ClassName: "Eel"})
	require.NoError(t, err)
	require.Equal(t, "class 2 (eel)", named.Info().Condition)
	_, err = generator.FromModel(m, &generator.ModelOptions{ClassName: "eel", Class: new(2)})
	require.ErrorContains(t, err, "the index or the name")

	// Without names only the backend knows how many classes there are.
	m.meta = nil
	_, err = generator.FromModel(m, &generator.ModelOptions{Class: new(7)})
	require.ErrorIs(t, err, generator.ErrCondition)
	require.ErrorContains(t, err, "out of bounds")
	m.conditional = false
	_, err = generator.FromModel(m, &generator.ModelOptions{Class: new(0)})
	require.ErrorIs(t, err, generator.ErrCondition)
}

func TestNetworkClassNames(t *testing.T) {
	m := affine{meta: map[string]string{generator.MetaRange: "0,4", generator.MetaClasses: `["crane","tench, Tinca tinca","crane, lift"]`},
		conditional: true, closed: new(bool)}
	g, err := generator.FromModel(m, &generator.ModelOptions{ClassName: "tench"})
	require.NoError(t, err)
	require.Equal(t, "class 1 (tench, Tinca tinca)", g.Info().Condition)
	for name, want := range map[string]int{"tench, tinca tinca": 1, "crane": 0, "Crane, lift": 2} {
		index, err := g.ClassIndex(name)
		require.NoError(t, err)
		require.Equal(t, want, index, name)
	}
	for name, want := range map[string]string{
		"tinca": `no class is called "tinca"; there are 1 (tench, Tinca tinca)`,
		"eel":   "choose one from 0 to 2, such as 0 (crane)",
		"":      "no class is called",
	} {
		_, err = g.ClassIndex(name)
		require.ErrorIs(t, err, generator.ErrCondition)
		require.ErrorContains(t, err, want)
	}

	m.meta = map[string]string{generator.MetaRange: "0,4", generator.MetaClasses: `["crane, bird","eel","crane, lift"]`}
	_, err = generator.FromModel(m, &generator.ModelOptions{ClassName: "crane"})
	require.ErrorContains(t, err, "several classes")
	require.ErrorContains(t, err, "0 (crane, bird), 2 (crane, lift)")
	m.meta = small
	_, err = generator.FromModel(m, &generator.ModelOptions{ClassName: "crane"})
	require.ErrorContains(t, err, "no names: choose one by its index")
	m.conditional = false
	_, err = generator.FromModel(m, &generator.ModelOptions{ClassName: "crane"})
	require.ErrorContains(t, err, "takes no class")
}

func TestNetworkTruncation(t *testing.T) {
	m := affine{meta: map[string]string{generator.MetaPrior: "truncated-normal(2)", generator.MetaRange: "-1,1"}, closed: new(bool)}
	g, err := generator.FromModel(m, &generator.ModelOptions{Truncation: 0.5})
	require.NoError(t, err)
	require.Equal(t, generator.Prior{Kind: generator.TruncatedNormal, Low: -2, High: 2, Scale: 0.5}, g.Info().Prior)
	for _, bad := range []float64{-0.5, 2, math.NaN()} {
		_, err = generator.FromModel(m, &generator.ModelOptions{Truncation: bad})
		require.ErrorContains(t, err, "truncation")
	}
}

func TestNetworkRefuses(t *testing.T) {
	meta := func(key, value string) map[string]string { return map[string]string{key: value} }
	for name, c := range map[string]struct {
		model affine
		opts  generator.ModelOptions
		want  string
	}{
		"pixels outside the default range": {affine{gain: 3}, generator.ModelOptions{}, "state its range"},
		"unknown latent input":             {affine{meta: small}, generator.ModelOptions{Latent: "w"}, "ModelOptions.Latent"},
		"unknown image output":             {affine{meta: small}, generator.ModelOptions{Image: "w"}, "ModelOptions.Image"},
		"bad prior":                        {affine{meta: meta(generator.MetaPrior, "cauchy")}, generator.ModelOptions{}, "write normal"},
		"bad range":                        {affine{meta: meta(generator.MetaRange, "1,0")}, generator.ModelOptions{}, "pixel range"},
		"levels that do not add up":        {affine{meta: meta(generator.MetaLevels, "1,2")}, generator.ModelOptions{}, "add up"},
		"level of no size":                 {affine{meta: meta(generator.MetaLevels, "2,0")}, generator.ModelOptions{}, "size of a level"},
		"levels with a gap":                {affine{meta: small}, generator.ModelOptions{Levels: []generator.Level{{Low: 1, High: 2}}}, "without a gap"},
		"bad class names":                  {affine{meta: meta(generator.MetaClasses, "cat,dog")}, generator.ModelOptions{}, "JSON list"},
		"negative batch":                   {affine{meta: small}, generator.ModelOptions{Batch: -1}, "negative"},
	} {
		c.model.closed = new(bool)
		_, err := generator.FromModel(c.model, &c.opts)
		require.ErrorContains(t, err, c.want, name)
	}
}

func TestFromModelOfNothing(t *testing.T) {
	_, err := generator.FromModel(nil, nil)
	require.ErrorContains(t, err, "the model is nil")
}

// open has a second input whose length every call chooses anew: nothing that
// could be one-hot.
type open struct{ affine }

func (m open) Inputs() []backend.Port {
	return append(m.affine.Inputs(), backend.Port{Name: "mask", Dtype: tensor.Float32, Shape: []int{backend.Batch, backend.Batch}})
}

func TestNetworkRefusesAnInputOfNoFixedSize(t *testing.T) {
	_, err := generator.FromModel(open{affine{meta: small, closed: new(bool)}}, &generator.ModelOptions{Class: new(1)})
	require.ErrorContains(t, err, `input "mask"`)
}

// fixed was exported for a number of samples, and fails with any other.
type fixed struct {
	affine
	n int
}

func (m fixed) Inputs() []backend.Port {
	ports := m.affine.Inputs()
	for i := range ports {
		ports[i].Shape[0] = m.n
	}
	return ports
}

func (m fixed) Outputs() []backend.Port {
	ports := m.affine.Outputs()
	ports[0].Shape[0] = m.n
	return ports
}

func (m fixed) check(tensors ...*tensor.Dense) error {
	for _, x := range tensors {
		if x.Shape()[0] != m.n {
			return fmt.Errorf("%d samples", x.Shape()[0])
		}
	}
	return nil
}

func (m fixed) Bind(input string, value *tensor.Dense) (backend.Model, error) {
	if err := m.check(value); err != nil {
		return nil, err
	}
	bound, err := m.affine.Bind(input, value)
	m.affine, _ = bound.(affine)
	return m, err
}

func (m fixed) Run(ctx context.Context, outputs, inputs map[string]*tensor.Dense) error {
	if err := m.check(outputs["out"], inputs["noise"]); err != nil {
		return err
	}
	return m.affine.Run(ctx, outputs, inputs)
}

func (m fixed) Linearize(ctx context.Context, output, wrt string, inputs map[string]*tensor.Dense) (backend.Linearization, error) {
	if err := m.check(inputs["noise"]); err != nil {
		return nil, err
	}
	return m.affine.Linearize(ctx, output, wrt, inputs)
}

func TestNetworkOfFixedBatch(t *testing.T) {
	for _, n := range []int{1, 3} {
		m := fixed{affine{meta: small, base: 0.5, gain: 0.5, closed: new(bool)}, n}
		g, err := generator.FromModel(m, nil)
		require.NoError(t, err)
		generatortest.Test(t, g)

		m.conditional = true
		g, err = generator.FromModel(m, &generator.ModelOptions{Class: new(1), Range: generator.PixelRange{Low: 0, High: 2}})
		require.NoError(t, err)
		var x generator.Images
		require.NoError(t, g.Generate(context.Background(), &x, generator.NewLatents(4, 2)))
		require.Equal(t, 4, x.N)
		require.EqualValues(t, 0.75, x.Sample(3)[0], "(base + class)/2")
	}
}

// unequal draws another number of images than it takes codes.
type unequal struct{ fixed }

func (m unequal) Outputs() []backend.Port { return m.affine.Outputs() }

// detector takes images, not codes.
type detector struct{ affine }

func (detector) Inputs() []backend.Port {
	return []backend.Port{{Name: "x", Dtype: tensor.Float32, Shape: []int{backend.Batch, 3, 8, 8}}}
}

func TestNetworkRefusesWhatIsNoGenerator(t *testing.T) {
	_, err := generator.FromModel(unequal{fixed{affine{meta: small, closed: new(bool)}, 3}}, nil)
	require.ErrorContains(t, err, "takes 3 codes")
	require.ErrorContains(t, err, "any number of images")
	_, err = generator.FromModel(detector{affine{meta: small, closed: new(bool)}}, nil)
	require.ErrorContains(t, err, "input for latent codes")
}

// rough cannot be differentiated, and knows it.
type rough struct{ affine }

func (rough) CheckLinearize(_, _ string) error { return errors.New("no rule for Mystery") }

func TestNetworkWithoutDerivative(t *testing.T) {
	m := rough{affine{meta: small, base: 0.5, gain: 0.5, closed: new(bool)}}
	_, err := generator.FromModel(m, nil)
	require.ErrorContains(t, err, "Mystery")
	require.ErrorContains(t, err, "ForwardOnly")
	g, err := generator.FromModel(m, &generator.ModelOptions{ForwardOnly: true})
	require.NoError(t, err)
	require.NoError(t, g.Generate(context.Background(), new(generator.Images), generator.NewLatents(1, 2)))
}

func TestNetworkCloses(t *testing.T) {
	m := affine{meta: small, base: 0.5, closed: new(bool)}
	g, err := generator.FromModel(m, nil)
	require.NoError(t, err)
	require.NoError(t, g.Close())
	require.True(t, *m.closed)
}

// Closing a class leaves the others as they are.
func TestNetworkClosesAClass(t *testing.T) {
	for _, name := range []string{"jointvae_fashion", "mnist_cwgan"} {
		m, err := native.Open(testmodels.Path(t, name, "generator.onnx"), nil)
		require.NoError(t, err)
		g, err := generator.FromModel(m, &generator.ModelOptions{Class: new(0), Range: generator.PixelRange{Low: -1, High: 1}})
		require.NoError(t, err)
		other, err := g.WithClass(1)
		require.NoError(t, err)
		third, err := g.WithClass(2)
		require.NoError(t, err)
		require.NoError(t, other.Close())
		z, x := generator.NewLatents(1, 10), new(generator.Images)
		require.ErrorIs(t, other.Generate(context.Background(), x, z), native.ErrClosed)
		require.NoError(t, g.Generate(context.Background(), x, z))
		require.NoError(t, g.Close())
		require.ErrorIs(t, g.Generate(context.Background(), x, z), native.ErrClosed)
		require.NoError(t, third.Generate(context.Background(), x, z))
		_, err = third.WithClass(3)
		require.ErrorIs(t, err, native.ErrClosed)
		require.NoError(t, third.Close())
	}
}
