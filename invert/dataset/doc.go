// Package dataset keeps the outcome of an inversion on disk, so that a run that is
// cut short goes on from where it was, and one of any length fits into memory.
//
// [Make] fills a folder:
//
//	manifest.json           what the pairs depend on: generator, transform, loss,
//	                        constraint, levels, method, targets, seed, batch,
//	                        shard size
//	pairs/00000000.parquet  the first shard: trajectories 0 to 31
//	pairs/00000032.parquet  the next
//	lock                    taken while a run is writing
//
// A shard is a Parquet file with a fixed range of trajectories, a [Row] a pair. It
// is written under another name and renamed once it is whole and on the disk, so a
// file that has its name is finished, whenever the power went. It states in its
// footer the manifest it belongs to and a SHA-256 of itself: there is no second file
// that could be missing. What is to be done is what is not there, so that asking for
// more trajectories later adds shards to the same folder, and a shard that was
// deleted is made again. A folder that was made with other settings is refused with
// the differences.
//
// Shards are read by [Dir.Rows] and [Dir.Shards], with Parquet tools of any kind, or
// as pairs for a fit by [Dir.Pairs]:
//
//	pandas.read_parquet("x/pairs")
//	duckdb.sql("SELECT abs(t), median(error) FROM 'x/pairs/*.parquet' GROUP BY 1")
//
// # How many trajectories
//
// Everything here holds a shard a worker in memory, and no more, but for Dir.Pairs,
// which holds as many trajectories as it is asked for. Trajectories are independent of each
// other, so the first of them are as good a sample as any.
//
// # Same bytes
//
// The bytes of a shard depend on the manifest and its range of trajectories, not on
// the number of workers, other shards, or what happened on the way. Engines and
// processors that round differently give other last bits, and so may another version
// of lcfv; such shards may be mixed, since each pair states its own error.
package dataset
