mod probe;
mod proxy;
