package dev.convoy.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A run as one page that needs nothing else: the charts' library is in it. */
final class Page {
  private static final String CHARTS =
      "/META-INF/resources/_static/echarts/6.0.0/dist/echarts.min.js";
  private static final Pattern HEADLINE =
      Pattern.compile("<div id=\"headline-image\"[^>]*>(<svg.*?</svg>)</div>", Pattern.DOTALL);

  private final Run run;

  Page(Run run) {
    this.run = run;
  }

  String html() throws IOException {
    return resource("report.html")
        .replace("/*STYLE*/", resource("report.css"))
        .replace("/*SCRIPT*/", resource("report.js"))
        .replace("/*DATA*/", data())
        .replace("/*CHARTS*/", resource(CHARTS));
  }

  private String data() throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode data = json.valueToTree(run);
    data.set("ours", json.valueToTree(run.ours()));
    data.set("rivals", json.valueToTree(run.rivals()));
    // Within a script, "</" would end it.
    return json.writeValueAsString(data).replace("</", "<\\/");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * The headline chart as a picture of its own, out of the page as a browser has drawn it; or none,
   * where there is nothing to compare.
   */
  static Optional<String> headline(String dom) {
    Matcher image = HEADLINE.matcher(dom);
    if (!image.find()) {
      return Optional.empty();
    }
    String svg = image.group(1);
    return Optional.of(
        svg.contains("xmlns=")
            ? svg
            : svg.replaceFirst("<svg", "<svg xmlns=\"http://www.w3.org/2000/svg\""));
  }
}
