package dev.convoy.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * What {@code metrics.json} holds.
 *
 * @param engine the engine's name
 * @param threads the engine's threads
 * @param dataset what was trained on and where it came from
 * @param epochs what each epoch came to
 */
record Metrics(String engine, int threads, String dataset, List<Epoch> epochs) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .build();

  /**
   * One pass over the training images.
   *
   * @param loss mean over its training steps
   * @param testAccuracy share of the test images that are classified rightly after it, 0 to 1
   * @param imagesPerSecond training images by training time
   */
  record Epoch(double loss, double testAccuracy, double imagesPerSecond) {}

  /** Writes this as JSON. */
  void writeTo(OutputStream out) throws IOException {
    JSON.writeValue(out, this);
    out.write('\n');
  }
}
