package dev.convoy.cli;

/**
 * Images to train on and others to test with.
 *
 * @param name what it is and where it comes from
 */
record Dataset(String name, LabelledImages train, LabelledImages test) {
  /** At most so many images of each. */
  Dataset limit(int most) {
    return new Dataset(name, train.limit(most), test.limit(most));
  }
}
