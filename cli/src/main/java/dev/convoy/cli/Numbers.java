package dev.convoy.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converters of options that are numbers in a range, with errors that say which. */
final class Numbers {
  private Numbers() {}

  /** Of images or epochs. */
  static final class Count extends WholeNumber {
    Count() {
      super(1_000_000_000);
    }
  }

  /** Of a batch: each image takes some 300 KB of memory in training. */
  static final class Batch extends WholeNumber {
    Batch() {
      super(8192);
    }
  }

  /** Of threads: what an engine takes. */
  static final class Threads extends WholeNumber {
    Threads() {
      super(1024);
    }
  }

  /** The start of random numbers. */
  static final class Seed implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      try {
        return Long.valueOf(value);
      } catch (NumberFormatException e) {
        throw wrong(value, "a whole number of at most 64 bits");
      }
    }
  }

  /** A learning rate or a tolerance. */
  static final class Rate implements ITypeConverter<Double> {
    @Override
    public Double convert(String value) {
      double rate;
      try {
        rate = Double.parseDouble(value);
      } catch (NumberFormatException e) {
        rate = Double.NaN;
      }
      if (rate > 0 && rate < Double.POSITIVE_INFINITY) {
        return rate;
      }
      throw wrong(value, "a number greater than 0");
    }
  }

  abstract static class WholeNumber implements ITypeConverter<Integer> {
    private final int most;

    WholeNumber(int most) {
      this.most = most;
    }

    @Override
    public Integer convert(String value) {
      long number;
      try {
        number = Long.parseLong(value);
      } catch (NumberFormatException e) {
        number = 0;
      }
      if (number < 1 || number > most) {
        throw wrong(value, "a whole number from 1 to " + most);
      }
      return (int) number;
    }
  }

  private static TypeConversionException wrong(String value, String wanted) {
    return new TypeConversionException("'" + value + "', must be " + wanted);
  }
}
