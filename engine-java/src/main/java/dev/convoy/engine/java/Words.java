package dev.convoy.engine.java;

/** Words of explanations. */
final class Words {
  private Words() {}

  /** So many of something: {@code "1 piece"}, {@code "2 pieces"}. */
  static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
