/** The command {@code bench}: plans a run, measures, prints, compares and writes the report. */
package dev.convoy.bench.report;
