package main

import (
	"testing"

	"github.com/lcfv-go/lcfv/transform/transformtest"
)

func TestFall(t *testing.T) { transformtest.Test(t, Fall{}, nil) }
