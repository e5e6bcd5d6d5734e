//! Runs the command line and hands its exit status to the system.

use catproof::ExitStatus;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitStatus {
    catproof::run()
}
