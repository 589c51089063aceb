package dev.convoy.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class PageTest {
  @TempDir private Path folder;

  /** Continuous integration installs a browser; elsewhere there may be none. */
  private static Browser browser() {
    Optional<Browser> browser = Browser.find();
    if (browser.isEmpty() && System.getenv("CI") != null) {
      fail("no browser was found");
    }
    assumeTrue(browser.isPresent(), "no browser was found");
    return browser.orElseThrow();
  }

  private Path page() throws IOException {
    return Files.writeString(folder.resolve("report.html"), new Page(Runs.whole()).html());
  }

  @Test
  void aBrowserDrawsEveryChart() throws IOException {
    String dom = browser().dom(page());

    // The headline; bars for three workloads of three operations and two of one, one of them with
    // two threads; the roofline; threads once, batches three times.
    Matcher count = Pattern.compile("data-charts=\"(\\d+)\"").matcher(dom);
    assertTrue(count.find(), "the page's script did not end");
    assertEquals(1 + 3 * 3 + 2 + 1 + 1 + 1 + 3, Integer.parseInt(count.group(1)));
    int drawn = dom.split("<svg", -1).length - 1;
    assertEquals(Integer.parseInt(count.group(1)) + 1, drawn, "and the headline's picture");
    assertTrue(dom.contains("no library for this processor"));
    assertTrue(dom.contains("a &lt;/script&gt; processor"));
    String headline = Page.headline(dom).orElseThrow();
    assertTrue(headline.startsWith("<svg"));
    assertTrue(headline.contains("1.7"), "native against pytorch");
  }

  @Test
  void thePageNeedsNoNetwork() throws IOException {
    String html = Files.readString(page());

    assertFalse(Pattern.compile("<(script|link)[^>]+(src|href)=|@import").matcher(html).find());
  }

  @Test
  void theTablesTellWhoIsFasterAndWhatWasNotMeasured() {
    String tables = new Tables(Runs.whole()).markdown();

    assertTrue(tables.contains("| convolution | 1.70 (1.70, 1.70) | 1.31 (1.31, 1.31) |"), tables);
    assertTrue(tables.contains("| nd4j: no library for this processor | all |"), tables);
    assertTrue(tables.contains("| fashion-p1 | **1.000** ("), tables);
  }
}
