/** The suite that every engine must pass. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module dev.convoy.conformance {
  requires transitive dev.convoy;
  requires transitive net.jqwik.api;
  requires transitive org.junit.jupiter.api;
  requires static org.apiguardian.api;

  exports dev.convoy.conformance;

  opens dev.convoy.conformance; // jqwik makes the suppliers of cases by reflection
}
