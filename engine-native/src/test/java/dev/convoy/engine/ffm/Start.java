package dev.convoy.engine.ffm;

import dev.convoy.Engine;
import dev.convoy.EngineUnavailableException;
import dev.convoy.Engines;

/** What {@link ChildJvm} runs: starts the native engine and says how that went. */
final class Start {
  static final String STARTED = "STARTED ";
  static final String REFUSED = "REFUSED ";
  static final String CAUSE = "CAUSE ";

  private Start() {}

  public static void main(String[] arguments) {
    try {
      Engine engine = Engines.named("native");
      System.out.println(STARTED + engine.details());
    } catch (EngineUnavailableException e) {
      System.out.println(REFUSED + e.getMessage());
      System.out.println(CAUSE + e.getCause());
    }
  }
}
