package dev.convoy.conformance.faults;

import dev.convoy.spi.EngineConfig;
import dev.convoy.spi.Kernels;
import java.util.function.Function;

/** A way to be wrong, and the test of the suite that must notice. */
@SuppressWarnings("ImmutableEnumChecker") // method references without state
enum Fault {
  PADDING_OFF_BY_ONE(ConvolutionFaults::paddingOffByOne, "conv2dAtItsEdges"),
  PADDING_SWAPPED(ConvolutionFaults::rowsAndColumnsOfPaddingSwapped, "conv2dAsPyTorch"),
  PADDING_SWAPPED_IN_TRANSPOSED(
      ConvolutionFaults::rowsAndColumnsOfPaddingSwapped, "convTranspose2dAsPyTorch"),
  BIAS_FORGOTTEN_IN_GROUPS(ConvolutionFaults::biasForgottenInGroups, "conv2dAtItsEdges"),
  DILATION_IGNORED(ConvolutionFaults::dilationIgnored, "conv2dAtItsEdges"),
  DILATION_IGNORED_IN_GRADIENT(
      ConvolutionFaults::dilationIgnored, "gradientsOfConvolutionsAreTheirSlopes"),
  ACCUMULATE_IGNORED(ConvolutionFaults::accumulateIgnored, "conv2dOfEveryNumberOfChannels"),
  ADDS_TO_STALE_OUTPUT(ConvolutionFaults::addsToStaleOutput, "convTranspose2dAtItsEdges"),
  RELU_MAKES_ZERO_OF_NAN(ConvolutionFaults::reluMakesZeroOfNan, "conv2dOfNanAndInfinity"),
  DOUBLES_COMPUTED_AS_FLOATS(ConvolutionFaults::doublesComputedAsFloats, "conv2dAsPyTorch"),
  SUMS_IN_PARTS_OF_THREADS(
      ConvolutionFaults::sumsInAsManyPartsAsThreads, "anyNumberOfThreadsGivesTheSameBits"),
  SCRATCH_SHARED_BY_CALLERS(
      ConvolutionFaults::scratchSharedByCallers, "callersAtOnceGetWhatOneAloneGets"),
  WEIGHTS_KEPT_BY_THEIR_FIRST_ELEMENT(
      ConvolutionFaults::weightsKeptByTheirFirstElement, "weightsMayChangeBetweenCalls"),

  WINNERS_FORGOTTEN(PoolingFaults::winnersForgotten, "maxPool2dOfEveryGeometry"),
  LAST_TIE_WINS(PoolingFaults::lastTieWins, "maxPool2dOfEveryGeometry"),
  LAST_NAN_WINS(PoolingFaults::lastNanWins, "maxPool2dAsNumpyAndPyTorch"),
  NAN_LOST_IN_THE_TAIL(PoolingFaults::nanLostInTheTail, "maxPool2dWithNanAtEveryPlace"),
  PADDING_TAKEN_AS_ZERO(PoolingFaults::paddingTakenAsZero, "maxPool2dOfSpecialValues"),
  SIGN_OF_ZERO_LOST(PoolingFaults::signOfZeroLost, "maxPool2dOfSpecialValues"),
  WINNERS_OF_LARGE_WINDOWS_CUT(PoolingFaults::winnersOfLargeWindowsCut, "maxPool2dOfEveryGeometry"),
  ASSIGNS_INSTEAD_OF_ADDING(PoolingFaults::assignsInsteadOfAdding, "maxPool2dOfEveryWidth"),
  ASSIGNS_INSTEAD_OF_ADDING_IN_GRADIENT(
      PoolingFaults::assignsInsteadOfAdding, "gradientsOfPoolingAreItsSlopes"),
  LEAVES_BORDERS_STALE(PoolingFaults::leavesUncoveredBordersStale, "maxPool2dAsTheNumpyOriginal"),
  ONE_OF_ALL_TIES_ONLY(PoolingFaults::oneOfAllTiesOnly, "maxPool2dAsTheNumpyOriginal"),
  OVERHANG_COUNTED(PoolingFaults::overhangCounted, "avgPool2dOfEveryGeometry"),
  BACKWARD_DIVIDES_BY_ANOTHER_NUMBER(
      PoolingFaults::backwardDividesByAnotherNumber, "avgPool2dAsPyTorch"),
  SLIDING_SUMS_CARRY_NAN(PoolingFaults::slidingSumsCarryNanAlong, "avgPool2dOfNanAndInfinity"),

  WRITES_PAST_THE_END(MemoryFaults::writesPastTheEnd, "pointwiseOfEverySize"),
  WRITES_BEFORE_THE_BEGINNING(MemoryFaults::writesBeforeTheBeginning, "matmulAtItsEdges"),
  WRITES_ITS_INPUT(MemoryFaults::writesItsInput, "pointwiseOfEverySize"),
  READS_PAST_THE_END(MemoryFaults::readsPastTheEndOfAnInput, "pointwiseOfEverySize"),
  TAIL_FORGOTTEN(MemoryFaults::tailForgotten, "matmulOfEverySize"),
  TAIL_LOSES_NAN(MemoryFaults::tailLosesNan, "pointwiseOfSpecialValues"),
  OUTPUTS_FORGOTTEN(MemoryFaults::outputsForgotten, "everyOtherEngineAgrees");

  private final Function<EngineConfig, Kernels> kernels;
  private final String caughtBy;

  Fault(Function<EngineConfig, Kernels> kernels, String caughtBy) {
    this.kernels = kernels;
    this.caughtBy = caughtBy;
  }

  Kernels kernels(EngineConfig config) {
    return kernels.apply(config);
  }

  /** The suite's method whose tests must fail. */
  String caughtBy() {
    return caughtBy;
  }
}
