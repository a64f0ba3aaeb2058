//go:build !unix

package main

import "time"

var started = time.Now()

func clock() time.Duration { return time.Since(started) }
