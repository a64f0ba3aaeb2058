package baseline

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/internal/f32"
)

// table is a matrix of one row a sample.
type table struct {
	rows, cols int
	data       []float32
}

// widest is the number of rows and columns that images have at most as features.
const widest = 64

// features draws samples and returns their pixels, each minus its mean.
func features(ctx context.Context, g generator.Generator, samples int, seed uint64) (*table, error) {
	info := g.Info()
	factor := (max(info.H, info.W) + widest - 1) / widest
	h, w := (info.H+factor-1)/factor, (info.W+factor-1)/factor
	x := &table{rows: samples, cols: info.C * h * w}
	x.data = make([]float32, x.rows*x.cols)
	images := new(generator.Images)
	for first := 0; first < samples; first += batch {
		z := sample(g, min(batch, samples-first), seed, first)
		if err := g.Generate(ctx, images, z); err != nil {
			return nil, err
		}
		for i := range z.N {
			shrink(x.row(first+i), images.Sample(i), info, factor)
		}
	}
	mean := make([]float64, x.cols)
	for i := range x.rows {
		for j, v := range x.row(i) {
			mean[j] += float64(v) / float64(x.rows)
		}
	}
	for i := range x.rows {
		row := x.row(i)
		for j, v := range row {
			row[j] = v - float32(mean[j]) // exactly 0 for a pixel that never changes
		}
	}
	return x, nil
}

func (t *table) row(i int) []float32 { return t.data[i*t.cols : (i+1)*t.cols] }

// shrink writes the sums over squares of factor×factor pixels of an image, or what
// of a square lies in the image.
func shrink(dst, src []float32, info generator.Info, factor int) {
	if factor == 1 {
		copy(dst, src)
		return
	}
	w, h := (info.W+factor-1)/factor, (info.H+factor-1)/factor
	clear(dst)
	for p, v := range src {
		channel, row, col := p/(info.H*info.W), p/info.W%info.H, p%info.W
		dst[(channel*h+row/factor)*w+col/factor] += v / float32(factor*factor)
	}
}

// The subspace has a few dimensions more than are asked for, and is turned
// towards the largest components a few times: the error of a component falls with
// the ratio of its variance to that of the first one left out, to the power of
// 2·turns + 1.
const (
	spare = 10
	turns = 6
)

// principal returns the coordinates of all samples, samples × k, along the k
// largest principal components of x, scaled to norm 1, and the components'
// variances, which decrease. There are fewer than k if x has fewer rows or columns,
// and none where there is no finite variance. It iterates on a subspace from a
// random one (Halko, Martinsson and Tropp, SIAM Review 53, 2011, algorithm 4.4).
func principal(ctx context.Context, x *table, k int, seed uint64) (*mat.Dense, []float64, error) {
	size := min(k+spare, x.rows, x.cols)
	source := rand.New(rand.NewPCG(seed, apart))
	basis := mat.NewDense(x.rows, size, nil) // orthonormal columns
	for i := range x.rows {
		for j := range size {
			basis.Set(i, j, source.NormFloat64())
		}
	}
	orthonormalise(basis)
	p := newProducts(x, size)
	for range turns {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		p.project(basis)
		if !p.lift(basis) {
			return nil, nil, nil
		}
		orthonormalise(basis)
	}
	p.project(basis)
	var eigen mat.EigenSym
	if !p.finite() || !eigen.Factorize(p.gram(), true) {
		return nil, nil, nil
	}
	values := eigen.Values(nil) // increasing
	if !(values[size-1] > 0) {
		return nil, nil, nil
	}
	var vectors, coordinates mat.Dense
	eigen.VectorsTo(&vectors)
	coordinates.Mul(basis, &vectors)
	k = min(k, size)
	out, variances := mat.NewDense(x.rows, k, nil), make([]float64, k)
	for j := range k {
		variances[j] = max(values[size-1-j], 0) / float64(x.rows)
		out.SetCol(j, mat.Col(nil, size-1-j, &coordinates))
	}
	return out, variances, nil
}

// orthonormalise replaces the columns of a by an orthonormal basis of a space that
// holds them. (mat.QR would give one of the whole space.)
func orthonormalise(a *mat.Dense) {
	m := a.RawMatrix()
	tau, size := make([]float64, m.Cols), []float64{0}
	lapack64.Geqrf(m, tau, size, -1)
	work := make([]float64, int(size[0]))
	lapack64.Geqrf(m, tau, work, len(work))
	lapack64.Orgqr(m, tau, size, -1)
	work = make([]float64, int(size[0]))
	lapack64.Orgqr(m, tau, work, len(work))
}

// products multiplies samples with a basis, in float32: samples are the large
// matrix here, and known no better.
type products struct {
	x        *table
	size     int
	basis    []float32 // rows × size
	image    []float32 // size × cols: basisᵀ·x
	scratch1 []float32
	scratch2 []float32
}

func newProducts(x *table, size int) *products {
	return &products{
		x: x, size: size,
		basis: make([]float32, x.rows*size), image: make([]float32, size*x.cols),
		scratch1: make([]float32, f32.GemmScratch(size, x.cols, x.rows)),
		scratch2: make([]float32, f32.GemmScratch(x.rows, size, x.cols)),
	}
}

// project computes basisᵀ·x.
func (p *products) project(basis *mat.Dense) {
	for i, v := range basis.RawMatrix().Data {
		p.basis[i] = float32(v)
	}
	f32.Gemm(true, false, p.size, p.x.cols, p.x.rows, 1, p.basis, p.size, p.x.data, p.x.cols, 0, p.image, p.x.cols, p.scratch1)
}

// lift replaces the basis by x·(basisᵀ·x)ᵀ and reports whether that is finite.
func (p *products) lift(basis *mat.Dense) bool {
	f32.Gemm(false, true, p.x.rows, p.size, p.x.cols, 1, p.x.data, p.x.cols, p.image, p.x.cols, 0, p.basis, p.size, p.scratch2)
	data := basis.RawMatrix().Data
	for i, v := range p.basis {
		data[i] = float64(v)
		if math.IsNaN(data[i]) || math.IsInf(data[i], 0) {
			return false
		}
	}
	return true
}

func (p *products) finite() bool {
	for _, v := range p.image {
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// gram returns (basisᵀ·x)·(basisᵀ·x)ᵀ.
func (p *products) gram() *mat.SymDense {
	out := mat.NewSymDense(p.size, nil)
	n := p.x.cols
	for i := range p.size {
		for j := i; j < p.size; j++ {
			sum := 0.0
			for k, v := range p.image[i*n : (i+1)*n] {
				sum += float64(v) * float64(p.image[j*n+k])
			}
			out.SetSym(i, j, sum)
		}
	}
	return out
}
