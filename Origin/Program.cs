return await Flickr.Origin.OriginProgram.RunAsync(args);
