//! Says that a job is still running, once it has taken longer than a person waits without wondering.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How long a job may take before anything is shown.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);

/// Does the work. If that takes longer than `delay`, what `show` returns is kept until the work is done.
pub(super) fn show_after<T, Shown>(
    delay: Duration,
    show: impl FnOnce() -> Shown + Send,
    work: impl FnOnce() -> T,
) -> T {
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if is_done.recv_timeout(delay) == Err(RecvTimeoutError::Timeout) {
                let _shown = show();
                // Returns when the sender is dropped.
                let _ = is_done.recv();
            }
        });
        // Dropped with this scope, even if the work panics.
        let _done = done;
        work()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Whether anything was shown during work that takes this long, and whether it was gone afterwards.
    fn shown(milliseconds: u64) -> (bool, bool) {
        struct Bar<'a>(&'a AtomicBool);
        impl Drop for Bar<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let (is_shown, is_gone) = (AtomicBool::new(false), AtomicBool::new(false));
        let show = || {
            is_shown.store(true, Ordering::SeqCst);
            Bar(&is_gone)
        };
        let work = || thread::sleep(Duration::from_millis(milliseconds));
        show_after(Duration::from_millis(200), show, work);
        (is_shown.into_inner(), is_gone.into_inner())
    }

    #[test]
    fn only_long_work_shows_anything_and_only_while_it_lasts() {
        assert_eq!(shown(0), (false, false));
        assert_eq!(shown(600), (true, true));
    }
}
