package dev.convoy.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the JSON of the oracle vectors, so that the suite needs no library for it: objects become
 * maps, arrays lists, integers longs.
 */
final class Json {
  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** The object that a text is. */
  static Map<String, Object> object(String text) {
    Json json = new Json(text);
    json.expect('{');
    return json.objectAfterBrace();
  }

  private Object value() {
    if (accept('{')) {
      return objectAfterBrace();
    }
    if (accept('[')) {
      return arrayAfterBracket();
    }
    return accept('"') ? stringAfterQuote() : literal();
  }

  private Map<String, Object> objectAfterBrace() {
    Map<String, Object> object = new LinkedHashMap<>();
    while (!accept('}')) {
      expect('"');
      String key = stringAfterQuote();
      expect(':');
      object.put(key, value());
      accept(',');
    }
    return object;
  }

  private List<Object> arrayAfterBracket() {
    List<Object> array = new ArrayList<>();
    while (!accept(']')) {
      array.add(value());
      accept(',');
    }
    return array;
  }

  private String stringAfterQuote() {
    StringBuilder string = new StringBuilder();
    for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
      string.append(c == '\\' ? text.charAt(at++) : c);
    }
    return string.toString();
  }

  private Object literal() {
    int from = at;
    while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String literal = text.substring(from, at).strip();
    return switch (literal) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> null;
      default -> Long.valueOf(literal);
    };
  }

  private void expect(char wanted) {
    if (!accept(wanted)) {
      throw new IllegalArgumentException(
          "character %d of the JSON must be %c: %s".formatted(at, wanted, text));
    }
  }

  private boolean accept(char wanted) {
    skipSpace();
    boolean there = at < text.length() && text.charAt(at) == wanted;
    at += there ? 1 : 0;
    return there;
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }
}
