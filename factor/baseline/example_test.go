package baseline_test

import (
	"context"
	"fmt"
	"log"

	"github.com/lcfv-go/lcfv/factor/baseline"
	"github.com/lcfv-go/lcfv/internal/blob"
	"github.com/lcfv-go/lcfv/transform"
)

// The position of this generator's blob is in the first number of the code, a tenth
// of the width for each unit.
func ExampleWalk_Train() {
	walk := baseline.Walk{Range: 0.1, Steps: 100, Seed: 1}
	w, err := walk.Train(context.Background(), blob.Generator{}, transform.TranslateX{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("a code moves by %.0f for each width\n", w[0])
	// Output:
	// a code moves by 10 for each width
}

// Images of this generator change most with the blob's position, the first two
// numbers of the code; which way is which no one can tell from that alone. It is for
// Choose to find the candidate that carries a factor.
func ExampleSeFa() {
	found, err := baseline.SeFa{Seed: 1}.Find(context.Background(), blob.Generator{}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, u := range found.U {
		fmt.Println("moves the blob:", u[0]*u[0]+u[1]*u[1] > 0.9)
	}
	// Output:
	// moves the blob: true
	// moves the blob: true
	// moves the blob: false
	// moves the blob: false
}
