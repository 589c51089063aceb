/**
 * What the benchmarks run on: Convoy's engines, and rivals behind the same interface. A rival that
 * needs libraries of its own is a {@link dev.convoy.bench.rival.BackendProvider} in a folder of its
 * own, with a class loader of its own.
 */
package dev.convoy.bench.rival;
