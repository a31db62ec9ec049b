return await Flickr.Edge.EdgeProgram.RunAsync(args);
