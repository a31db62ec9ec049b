using Prometheus;

namespace Flickr.Photos;

/// <summary>Every series of the program. An instance over its own registry, because several programs may live in one process.</summary>
public sealed class PhotosMetrics
{
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly MetricFactory _make;

    public PhotosMetrics()
    {
        _make = Metrics.WithCustomRegistry(Registry);
        UploadsAccepted = Counter("uploads_accepted_total", "Uploads whose bytes and row were stored and that were answered 202.");
        UploadBytes = Counter("upload_bytes_total", "Bytes of accepted uploads.");
        UploadsRefused = Counter("uploads_refused_total", "Uploads answered 4xx or 503 before they were accepted.");
        UploadsPublished = Counter("uploads_published_total", "Uploads that ended published.");
        UploadsDuplicate = Counter("uploads_duplicate_total", "Uploads that ended as a duplicate of a photo in the same album.");
        UploadsFailed = Counter("uploads_failed_total", "Uploads that ended failed.");
        PublishSeconds = Histogram("publish_delay_seconds", "From the 202 of an upload to its end.");
        QueueDepth = Gauge("upload_queue_depth", "Uploads not ended yet.");
        QueueOldestSeconds = Gauge("upload_queue_oldest_age_seconds", "Age of the oldest upload not ended yet; 0 when there is none.");
        ImagesDone = Counter("images_done_total", "Image jobs that were answered with facts or variants.");
        ImagesRefused = Counter("images_refused_total", "Image jobs that ended in a refusal.");
        WorkersLost = Counter("image_workers_lost_total", "Workers that died, were late or grew too large during a job.");
        ImageSeconds = Histogram("image_job_seconds", "Time of one image job in a worker.");
        SagaStepSeconds = Histogram("saga_step_seconds", "Time of one attempt of one step.");
        SagaRetries = Counter("saga_retries_total", "Attempts that failed and were put off.");
        SagaMessagesStale = Counter("saga_messages_stale_total", "Messages dropped because their turn was over: doubled or late.");
        SagaLeasesLost = Counter("saga_leases_lost_total", "Completions refused because another process had claimed the message.");
        SagaDeadLetters = Counter("saga_dead_letters_total", "Messages moved to the dead letters.");
        TokensMinted = Counter("tokens_minted_total", "Tokens made.");
        SignInsRefused = Counter("sign_ins_refused_total", "Sign-ins with a wrong name or password, or over the rate.");
        SearchBackfilled = Counter("search_backfilled_total", "Photos published earlier that were made searchable after a start.");
        BlobsCollected = Counter("blobs_collected_total", "Blobs that nothing referred to and that storage was told to delete.");
        SqlSeconds = Histogram("sql_seconds", "Time of one unit of work in the database, without waiting for its turn.");
        SqlWaitSeconds = Histogram("sql_wait_seconds", "Time a unit of work waited for a connection or the one writer's turn.");
        SqlFailures = Counter("sql_failures_total", "Units of work that ended in an exception.");
    }

    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    public Counter UploadsAccepted { get; }

    public Counter UploadBytes { get; }

    public Counter UploadsRefused { get; }

    public Counter UploadsPublished { get; }

    public Counter UploadsDuplicate { get; }

    public Counter UploadsFailed { get; }

    public Histogram PublishSeconds { get; }

    public Gauge QueueDepth { get; }

    public Gauge QueueOldestSeconds { get; }

    public Counter ImagesDone { get; }

    public Counter ImagesRefused { get; }

    public Counter WorkersLost { get; }

    public Histogram ImageSeconds { get; }

    public Histogram SagaStepSeconds { get; }

    public Counter SagaRetries { get; }

    public Counter SagaMessagesStale { get; }

    public Counter SagaLeasesLost { get; }

    public Counter SagaDeadLetters { get; }

    public Counter TokensMinted { get; }

    public Counter SignInsRefused { get; }

    public Counter SearchBackfilled { get; }

    public Counter BlobsCollected { get; }

    public Histogram SqlSeconds { get; }

    public Histogram SqlWaitSeconds { get; }

    public Counter SqlFailures { get; }

    private Counter Counter(string name, string help) => _make.CreateCounter("flickr_photos_" + name, help);

    private Gauge Gauge(string name, string help) => _make.CreateGauge("flickr_photos_" + name, help);

    private Histogram Histogram(string name, string help) =>
        _make.CreateHistogram("flickr_photos_" + name, help, new HistogramConfiguration { Buckets = Seconds });
}
