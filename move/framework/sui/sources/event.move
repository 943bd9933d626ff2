/// Messages to the world outside the chain.
module sui::event;

/// Publishes an event. Only for the module that defines `T`.
public native fun emit<T: copy + drop>(event: T);

// === For tests ===

#[test_only]
/// Events published by this transaction so far.
public native fun num_events(): u32;

#[test_only]
/// Those of one type, in their order.
public native fun events_by_type<T: copy + drop>(): vector<T>;
