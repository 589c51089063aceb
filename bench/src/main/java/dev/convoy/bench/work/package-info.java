/** What is timed: named sizes, the operations on them, and what each comes to by its definition. */
package dev.convoy.bench.work;
