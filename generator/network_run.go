package generator

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	"gorgonia.org/tensor"

	"github.com/lcfv-go/lcfv/backend"
)

// piece is the part of a batch that is given to the model at once, with the
// tensors that carry it across the backend's seam.
type piece struct {
	first, n int // samples first to first+n-1 of the batch
	room     int // samples the tensors hold; those beyond n are filling
	// Tensors and the memory behind them; the backend's seam wants the former,
	// everything here works on the latter.
	z, x   *tensor.Dense
	zs, xs []float32
	inputs map[string]*tensor.Dense
	output map[string]*tensor.Dense
	lin    backend.Linearization
}

// piece returns a piece for n samples, an old one where one of that size is at
// hand.
func (g *Network) piece(first, n int) *piece {
	room := n
	if fixed := g.latent.Shape[0]; fixed != backend.Batch {
		room = fixed
	}
	for range len(g.free) {
		select {
		case p := <-g.free:
			if p.room == room {
				p.first, p.n = first, n
				return p
			}
			// Another size: drop it, sizes rarely alternate.
		default:
		}
	}
	p := &piece{first: first, n: n, room: room}
	p.z, p.zs = dense(room, g.latent)
	p.x, p.xs = dense(room, g.image)
	p.inputs = map[string]*tensor.Dense{g.latent.Name: p.z}
	p.output = map[string]*tensor.Dense{g.image.Name: p.x}
	return p
}

func (g *Network) release(p *piece) {
	select {
	case g.free <- p:
	default:
	}
}

func dense(n int, p backend.Port) (*tensor.Dense, []float32) {
	shape := append([]int{n}, p.Shape[1:]...)
	data := make([]float32, n*size(p))
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data)), data
}

// load copies a piece's codes from the batch z. Filling repeats the last of
// them, because a model of a fixed batch size may refuse or slow down on what
// an earlier call left there.
func (p *piece) load(z *Latents) {
	copy(p.zs, z.Slice(p.first, p.first+p.n).Data)
	for i := p.n; i < p.room; i++ {
		copy(p.zs[i*z.D:(i+1)*z.D], p.zs[(p.n-1)*z.D:p.n*z.D])
	}
}

// split cuts a batch of n samples into pieces.
func (g *Network) split(pieces []*piece, n int) []*piece {
	for first := 0; first < n; first += g.opts.Batch {
		pieces = append(pieces, g.piece(first, min(g.opts.Batch, n-first)))
	}
	return pieces
}

// each calls f for every piece, several at a time.
func (g *Network) each(ctx context.Context, pieces []*piece, f func(context.Context, *piece) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(pieces) == 1 {
		return f(ctx, pieces[0])
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(g.opts.Workers)
	for _, p := range pieces {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return f(ctx, p)
		})
	}
	return group.Wait()
}

func (g *Network) checkLatents(z *Latents) error {
	if err := z.Validate(); err != nil {
		return err
	}
	if z.D != g.info.D {
		return fmt.Errorf("generator: latent codes of length %d given to a generator that takes %d", z.D, g.info.D)
	}
	return nil
}

func (g *Network) checkImages(x *Images, n int) error {
	if err := x.Validate(); err != nil {
		return err
	}
	if x.N != n || x.C != g.info.C || x.H != g.info.H || x.W != g.info.W {
		return fmt.Errorf("generator: images of size %d×%d×%d×%d where %d×%d×%d×%d are needed",
			x.N, x.C, x.H, x.W, n, g.info.C, g.info.H, g.info.W)
	}
	return nil
}

// Generate implements Generator.
func (g *Network) Generate(ctx context.Context, dst *Images, z *Latents) error {
	if err := g.checkLatents(z); err != nil {
		return err
	}
	dst.Resize(z.N, g.info.C, g.info.H, g.info.W)
	pieces := g.split(nil, z.N)
	err := g.each(ctx, pieces, func(ctx context.Context, p *piece) error {
		p.load(z)
		if err := g.bound.Run(ctx, p.output, p.inputs); err != nil {
			return err
		}
		g.toPixels(dst.Slice(p.first, p.first+p.n).Pix, p.xs)
		return nil
	})
	for _, p := range pieces {
		g.release(p)
	}
	return err
}

// toPixels maps the model's values to [0, 1], as many as dst has.
func (g *Network) toPixels(dst, values []float32) {
	values = values[:len(dst)]
	if g.identity {
		copy(dst, values)
		return
	}
	for i, v := range values {
		dst[i] = (v - g.offset) * g.scale
	}
}

// scaled multiplies by the derivative of toPixels, as many values as dst has.
func (g *Network) scaled(dst, src []float32) {
	src = src[:len(dst)]
	if g.identity {
		copy(dst, src)
		return
	}
	for i, v := range src {
		dst[i] = v * g.scale
	}
}

// networkLin is the linearization of a batch: one of the model for each piece.
type networkLin struct {
	g      *Network
	n      int
	images *Images
	pieces []*piece
}

// Linearize implements Differentiable.
func (g *Network) Linearize(ctx context.Context, z *Latents) (Linearization, error) {
	if err := g.checkLatents(z); err != nil {
		return nil, err
	}
	l := &networkLin{g: g, n: z.N, images: g.frames.Get().(*Images)}
	l.images.Resize(z.N, g.info.C, g.info.H, g.info.W)
	l.pieces = g.split(l.pieces, z.N)
	err := g.each(ctx, l.pieces, func(ctx context.Context, p *piece) error {
		p.load(z)
		lin, err := g.bound.Linearize(ctx, g.image.Name, g.latent.Name, p.inputs)
		if err != nil {
			return err
		}
		p.lin = lin
		g.toPixels(l.images.Slice(p.first, p.first+p.n).Pix, lin.Output().Data().([]float32))
		return nil
	})
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *networkLin) Images() *Images { return l.images }

func (l *networkLin) VJP(ctx context.Context, dz *Latents, v *Images) error {
	if err := l.open(); err != nil {
		return err
	}
	if err := l.g.checkImages(v, l.n); err != nil {
		return err
	}
	dz.Resize(l.n, l.g.info.D)
	return l.g.each(ctx, l.pieces, func(ctx context.Context, p *piece) error {
		pix := v.Slice(p.first, p.first+p.n).Pix
		l.g.scaled(p.xs[:len(pix)], pix)
		clear(p.xs[len(pix):])
		if err := p.lin.Pullback(ctx, p.z, p.x); err != nil {
			return err
		}
		copy(dz.Slice(p.first, p.first+p.n).Data, p.zs) // without the filling's
		return nil
	})
}

func (l *networkLin) JVP(ctx context.Context, dx *Images, dz *Latents) error {
	if err := l.open(); err != nil {
		return err
	}
	if err := l.g.checkLatents(dz); err != nil {
		return err
	}
	if dz.N != l.n {
		return fmt.Errorf("generator: %d tangents for %d codes", dz.N, l.n)
	}
	dx.Resize(l.n, l.g.info.C, l.g.info.H, l.g.info.W)
	return l.g.each(ctx, l.pieces, func(ctx context.Context, p *piece) error {
		p.load(dz)
		if err := p.lin.Pushforward(ctx, p.x, p.z); err != nil {
			return err
		}
		l.g.scaled(dx.Slice(p.first, p.first+p.n).Pix, p.xs)
		return nil
	})
}

func (l *networkLin) open() error {
	if l.pieces == nil {
		return errClosed
	}
	return nil
}

func (l *networkLin) Close() error {
	var first error
	for _, p := range l.pieces {
		if p.lin != nil {
			if err := p.lin.Close(); first == nil {
				first = err
			}
			p.lin = nil
		}
		l.g.release(p)
	}
	if l.pieces != nil {
		l.g.frames.Put(l.images)
	}
	l.pieces, l.images = nil, nil
	return first
}
