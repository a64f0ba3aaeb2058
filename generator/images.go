package generator

import "fmt"

// Images is a batch of N images with C channels, H rows and W columns, stored
// sample by sample, channel by channel, row by row (NCHW). Pixels are in
// [0, 1]; a generator that draws in another range maps it at its boundary, so
// transforms, losses and detectors never ask.
type Images struct {
	N, C, H, W int
	Pix        []float32
}

// NewImages returns a black batch of the given size.
func NewImages(n, c, h, w int) *Images {
	m := new(Images)
	m.Resize(n, c, h, w)
	return m
}

// Resize gives m the stated size, reusing its memory where that is large
// enough. The pixels are unspecified afterwards.
func (m *Images) Resize(n, c, h, w int) {
	m.N, m.C, m.H, m.W = n, c, h, w
	if size := n * c * h * w; cap(m.Pix) < size {
		m.Pix = make([]float32, size)
	} else {
		m.Pix = m.Pix[:size]
	}
}

// Sample returns the C·H·W pixels of sample i; they share m's memory.
func (m *Images) Sample(i int) []float32 {
	size := m.C * m.H * m.W
	return m.Pix[i*size : (i+1)*size : (i+1)*size]
}

// Slice returns samples i to j-1; they share m's memory.
func (m *Images) Slice(i, j int) *Images {
	size := m.C * m.H * m.W
	return &Images{N: j - i, C: m.C, H: m.H, W: m.W, Pix: m.Pix[i*size : j*size : j*size]}
}

// CopyFrom makes m an independent copy of src, reusing m's memory.
func (m *Images) CopyFrom(src *Images) {
	m.Resize(src.N, src.C, src.H, src.W)
	copy(m.Pix, src.Pix)
}

// SameSize reports whether m and o agree in all four extents.
func (m *Images) SameSize(o *Images) bool {
	return m.N == o.N && m.C == o.C && m.H == o.H && m.W == o.W
}

// Validate reports whether the extents are positive and fit the pixels.
func (m *Images) Validate() error {
	if m == nil {
		return fmt.Errorf("generator: images are nil: allocate them with NewImages")
	}
	if m.N < 1 || m.C < 1 || m.H < 1 || m.W < 1 {
		return fmt.Errorf("generator: images of size %d×%d×%d×%d: every extent must be at least 1", m.N, m.C, m.H, m.W)
	}
	if want := m.N * m.C * m.H * m.W; len(m.Pix) != want {
		return fmt.Errorf("generator: images of size %d×%d×%d×%d need %d pixels, have %d: use NewImages or Resize",
			m.N, m.C, m.H, m.W, want, len(m.Pix))
	}
	return nil
}

// Latents is a batch of N latent codes of D numbers each, row-major.
type Latents struct {
	N, D int
	Data []float32
}

// NewLatents returns n zero codes of length d.
func NewLatents(n, d int) *Latents {
	z := new(Latents)
	z.Resize(n, d)
	return z
}

// Resize gives z the stated size, reusing its memory where that is large
// enough. The numbers are unspecified afterwards.
func (z *Latents) Resize(n, d int) {
	z.N, z.D = n, d
	if size := n * d; cap(z.Data) < size {
		z.Data = make([]float32, size)
	} else {
		z.Data = z.Data[:size]
	}
}

// Row returns code i; it shares z's memory.
func (z *Latents) Row(i int) []float32 { return z.Data[i*z.D : (i+1)*z.D : (i+1)*z.D] }

// Slice returns codes i to j-1; they share z's memory.
func (z *Latents) Slice(i, j int) *Latents {
	return &Latents{N: j - i, D: z.D, Data: z.Data[i*z.D : j*z.D : j*z.D]}
}

// CopyFrom makes z an independent copy of src, reusing z's memory.
func (z *Latents) CopyFrom(src *Latents) {
	z.Resize(src.N, src.D)
	copy(z.Data, src.Data)
}

// Validate reports whether the extents are positive and fit the data.
func (z *Latents) Validate() error {
	if z == nil {
		return fmt.Errorf("generator: latent codes are nil: allocate them with NewLatents")
	}
	if z.N < 1 || z.D < 1 || len(z.Data) != z.N*z.D {
		return fmt.Errorf("generator: %d latent codes of length %d need %d numbers, have %d: use NewLatents or Resize",
			z.N, z.D, z.N*z.D, len(z.Data))
	}
	return nil
}
