package dev.convoy.nn;

/** What a forward pass is for. */
public enum Mode {
  /** A backward pass may follow: layers remember what it needs, dropout drops. */
  TRAINING,
  /** Only the output is wanted: layers remember nothing, dropout passes everything. */
  INFERENCE
}
