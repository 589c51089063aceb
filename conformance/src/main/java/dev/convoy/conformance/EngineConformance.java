package dev.convoy.conformance;

/**
 * All that an engine must do. Extend it in three lines:
 *
 * <pre>{@code
 * class MyEngineConformanceTest extends EngineConformance {
 *   @Override
 *   public EngineProvider provider() { return new MyEngineProvider(); }
 * }
 * }</pre>
 *
 * <p>Each case is a test of its own, of the name that says what is special about it. To test one
 * operation alone, implement its interface instead, such as {@link MaxPool2dConformance}.
 */
public abstract class EngineConformance
    implements Conv2dConformance,
        ConvTranspose2dConformance,
        MaxPool2dConformance,
        AvgPool2dConformance,
        MatmulConformance,
        PointwiseConformance,
        GradientConformance,
        ThreadConformance,
        RepeatedCallsConformance,
        AgreementConformance,
        DoorConformance {

  /** For the engine's own test. */
  protected EngineConformance() {}
}
