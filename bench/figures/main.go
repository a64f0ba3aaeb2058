// Command figures prints the table of the README: how well controls do what is
// asked of them on codes they have not seen.
//
//	go run ./bench/figures -models ../shared/models
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"path/filepath"

	"github.com/lcfv-go/lcfv"
	"github.com/lcfv-go/lcfv/backend/native"
	"github.com/lcfv-go/lcfv/generator"
	"github.com/lcfv-go/lcfv/generator/dsprites"
	"github.com/lcfv-go/lcfv/invert"
	"github.com/lcfv-go/lcfv/transform"
)

// row is one control: learned on a model by a transform.
type row struct {
	model     string // folder below the shared models; "" is the bundled one
	transform transform.Transform
	published bool
}

var rows = []row{
	{"", transform.TranslateX{}, false},
	{"", transform.TranslateY{}, false},
	{"", transform.Zoom{}, false},
	{"disvae_btcvae_dsprites", transform.TranslateX{}, false},
	{"disvae_btcvae_dsprites", transform.TranslateY{}, false},
	{"disvae_btcvae_dsprites", transform.Zoom{}, false},
	{"disvae_btcvae_dsprites", transform.TranslateX{}, true},
	{"disvae_betaH_dsprites", transform.TranslateX{}, false},
}

func main() {
	log.SetFlags(0)
	models := flag.String("models", filepath.Join("..", "shared", "models"), "`folder` of the shared models")
	flag.Parse()
	fmt.Println("| generator | factor | method | RMSE [95 % interval] | slope | refused |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, r := range rows {
		if err := r.print(context.Background(), *models); err != nil {
			log.Fatal(err)
		}
	}
}

func (r row) open(models string) (*generator.Network, error) {
	if r.model == "" {
		return dsprites.Open(nil)
	}
	m, err := native.Open(filepath.Join(models, r.model, "generator.onnx"), nil)
	if err != nil {
		return nil, err
	}
	return generator.FromModel(m, &generator.ModelOptions{Name: r.model})
}

func (r row) print(ctx context.Context, models string) error {
	g, err := r.open(models)
	if err != nil {
		return err
	}
	defer g.Close()
	o := &lcfv.LearnOptions{}
	method := "default"
	if r.published {
		o.Invert = invert.Published()
		method = "published"
	}
	// The same task for both.
	o.Invert.Range, o.Invert.Trajectories, o.Invert.Seed = 0.25, 60, 1
	c, err := lcfv.Learn(ctx, g, r.transform, o)
	if err != nil {
		return err
	}
	e, err := lcfv.Evaluate(ctx, g, c, nil)
	if err != nil {
		return err
	}
	fmt.Printf("| %s | %s | %s | %.4f [%.4f, %.4f] | %.3f | %.0f %% |\n", g.Info().Name, c.Transform, method,
		e.RMSE, e.RMSECI[0], e.RMSECI[1], e.Slope, 100*float64(e.Refused+e.Undetected)/float64(e.N))
	return nil
}
